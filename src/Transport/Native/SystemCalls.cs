using System.Runtime.InteropServices;
using MediaServer.Media;

namespace MediaServer.Transport;

/// <summary>The system calls of a shard, with the numbers that Linux gives on x86-64 and arm64 alike.</summary>
/// <remarks>None of them suppresses the transition to preemptive mode: a collection never waits for the kernel.</remarks>
internal static unsafe partial class SystemCalls
{
    public const int Interrupted = 4;   // EINTR
    public const int WouldBlock = 11;   // EAGAIN
    public const int MaxVectors = 1024; // UIO_MAXIOV

    private const int DoNotWait = 0x40;  // MSG_DONTWAIT
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int ShutdownWrite = 1; // SHUT_WR
    private const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC

    /// <summary>Receives without waiting.</summary>
    /// <returns>Bytes received, 0 at the peer's FIN, or −1 with <see cref="Marshal.GetLastPInvokeError"/> set.</returns>
    public static int Receive(int socket, nint buffer, int lengthBytes)
    {
        while (true)
        {
            nint received = Recv(socket, buffer, lengthBytes, DoNotWait | NoSignal);
            if (received >= 0 || Marshal.GetLastPInvokeError() != Interrupted)
            {
                return (int)received;
            }
        }
    }

    /// <summary>Sends what lies in the vectors, at most <see cref="MaxVectors"/> of them, without waiting and without a signal.</summary>
    /// <returns>Bytes the kernel took, or −1 with <see cref="Marshal.GetLastPInvokeError"/> set.</returns>
    public static int Send(int socket, ReadOnlySpan<IoVector> vectors)
    {
        fixed (IoVector* first = vectors)
        {
            var message = new Message { Vectors = first, VectorCount = vectors.Length };
            while (true)
            {
                nint sent = SendMsg(socket, &message, DoNotWait | NoSignal);
                if (sent >= 0 || Marshal.GetLastPInvokeError() != Interrupted)
                {
                    return (int)sent;
                }
            }
        }
    }

    /// <summary>Sends FIN: no byte follows.</summary>
    public static void ShutdownSend(int socket) => _ = Shutdown(socket, ShutdownWrite);

    /// <summary>Makes another descriptor for a socket: it stays open when the first one is closed.</summary>
    /// <returns>The descriptor, or −1 with <see cref="Marshal.GetLastPInvokeError"/> set.</returns>
    /// <exception cref="ObjectDisposedException">The socket was closed.</exception>
    public static int Duplicate(SafeHandle socket) => Control(socket, DuplicateCloseOnExec, 0);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeHandle descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Recv(int socket, nint buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMsg(int socket, Message* message, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    private static partial int Shutdown(int socket, int how);

    /// <summary><c>struct msghdr</c> of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public nint Name;
        public nint NameLength; // 32 bits and padding
        public IoVector* Vectors;
        public nint VectorCount;
        public nint Control;
        public nint ControlLength;
        public nint Flags; // 32 bits and padding
    }
}

using System.Runtime.InteropServices;

namespace MediaServer.Load;

/// <summary>The system calls that neither the framework nor the transport has.</summary>
internal static unsafe partial class NativeSocket
{
    private const int DoNotWait = 0x40;     // MSG_DONTWAIT
    private const int DropData = 0x20;      // MSG_TRUNC: a TCP socket drops the bytes instead of copying them
    private const int InProgress = 115;     // EINPROGRESS
    private const int ThisThread = 0;

    /// <summary>Begins to connect a socket that does not block.</summary>
    /// <returns>Whether it did: it is writable when it has, or has failed.</returns>
    public static bool BeginConnect(int socket, ReadOnlySpan<byte> address)
    {
        fixed (byte* first = address)
        {
            return Connect(socket, first, address.Length) == 0 || Marshal.GetLastPInvokeError() == InProgress;
        }
    }

    /// <summary>Drops what was received, up to so many bytes, without copying it.</summary>
    /// <returns>Bytes dropped, 0 at the peer's FIN, or −1 with <see cref="Marshal.GetLastPInvokeError"/> set.</returns>
    public static int Discard(int socket, nint buffer, int lengthBytes) => (int)Recv(socket, buffer, lengthBytes, DoNotWait | DropData);

    /// <summary>Has this thread run before others, if the system lets us; else it shares the processors like everybody.</summary>
    public static void RaisePriority() => _ = SetPriority(0, ThisThread, -10);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int Connect(int socket, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Recv(int socket, nint buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int nice);
}

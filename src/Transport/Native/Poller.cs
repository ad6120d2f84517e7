using System.ComponentModel;
using System.Runtime.InteropServices;

namespace MediaServer.Transport;

/// <summary>One epoll and the eventfd that interrupts it.</summary>
/// <remarks>
/// Sockets are registered once, edge-triggered for everything: no call to change interest while they live, and a connection that stopped
/// reading cannot make the loop spin. Whoever stops before <c>EAGAIN</c> (or a short count) remembers that the socket is still ready.
/// </remarks>
internal sealed unsafe partial class Poller
{
    private const int Capacity = 256;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int Add = 1;
    private const int Delete = 2;

    // struct epoll_event is packed on x86-64 and on nothing else.
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = Stride - sizeof(long);

    private readonly Lock _ringing = new();
    private readonly byte* _events = (byte*)NativeMemory.AllocZeroed(Capacity, 16);
    private readonly int _bell;
    private int _epoll;
    private bool _closed;

    public Poller()
    {
        _bell = Check(EventFd(0, CloseOnExec | NonBlocking));
        Check(TryOpen() ? 0 : -1);
    }

    /// <summary>The epoll's descriptor.</summary>
    public int Descriptor => _epoll;

    /// <summary>Whether shards can run here: Linux on a processor whose structures are known.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux()
        && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>Watches a socket for everything.</summary>
    /// <returns>0, or the error.</returns>
    public int Watch(int socket)
    {
        const PollEvents everything = PollEvents.Readable | PollEvents.Writable | PollEvents.PeerFinished | PollEvents.EdgeTriggered;
        return Control(Add, socket, everything) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Stops watching: no event of that socket follows.</summary>
    public void Forget(int socket) => _ = Control(Delete, socket, default);

    /// <summary>Waits until something is ready, the bell rings, or the time is over.</summary>
    /// <param name="timeoutMilliseconds">0 does not wait, −1 waits for ever.</param>
    /// <returns>How many events there are, or the error times −1.</returns>
    public int Wait(int timeoutMilliseconds)
    {
        int count = Wait(_epoll, _events, Capacity, timeoutMilliseconds);
        if (count >= 0)
        {
            return count;
        }

        int error = Marshal.GetLastPInvokeError();
        return error == SystemCalls.Interrupted ? 0 : -error;
    }

    /// <summary>
    /// Begins anew with an epoll that watches nothing but the bell. The old descriptor is not closed: it only fails because it is no longer
    /// ours, and so may be somebody else's.
    /// </summary>
    /// <returns>Whether there is one: not while the process has no descriptor left.</returns>
    public bool TryOpen()
    {
        int epoll = Create(CloseOnExec);
        if (epoll < 0)
        {
            return false;
        }

        _epoll = epoll;
        return Control(Add, _bell, PollEvents.Readable | PollEvents.EdgeTriggered) == 0;
    }

    /// <summary>The event of that index from the last wait.</summary>
    /// <returns>The socket, or −1 for the bell; and what happened to it.</returns>
    public (int Socket, PollEvents Events) this[int index]
    {
        get
        {
            byte* entry = _events + (index * Stride);
            int descriptor = (int)*(long*)(entry + DataOffset);
            return (descriptor == _bell ? -1 : descriptor, (PollEvents)(*(uint*)entry));
        }
    }

    /// <summary>Interrupts a wait. From any thread.</summary>
    public void Ring()
    {
        lock (_ringing) // or the descriptor could be closed, and be somebody else's, between looking and writing
        {
            if (!_closed)
            {
                ulong one = 1;
                _ = Write(_bell, &one, sizeof(ulong)); // never read: an edge comes with every write
            }
        }
    }

    /// <summary>Closes both. A ring that comes later does nothing.</summary>
    public void Close()
    {
        lock (_ringing)
        {
            _closed = true;
            _ = Close(_bell);
            _ = Close(_epoll);
            NativeMemory.Free(_events);
        }
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    private int Control(int operation, int descriptor, PollEvents events)
    {
        byte* entry = stackalloc byte[16];
        *(uint*)entry = (uint)events;
        *(long*)(entry + DataOffset) = descriptor;
        return Control(_epoll, operation, descriptor, entry);
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int epoll, int operation, int descriptor, byte* entry);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int Wait(int epoll, byte* events, int capacity, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, void* bytes, nint length);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}

using System.Runtime.InteropServices;

namespace MediaServer.Media;

/// <summary>
/// Rents <see cref="Slab"/>s from arenas of native memory. One pool serves the whole process; it grows on demand and gives the pages of
/// slabs that stay idle back to the system (<see cref="Trim"/>), because memory that the garbage collector holds would stay resident.
/// </summary>
/// <remarks>Thread-safe. A slab is rented once in 64 KiB of media, so its lock is not on the path of a frame.</remarks>
public sealed unsafe partial class SlabPool
{
    private const int SlabsPerArena = 64;
    private const int DontNeed = 4; // MADV_DONTNEED
    private const nuint PageBytes = 4096;

    private readonly Lock _lock = new();
    private readonly Stack<Slab> _warm = new();
    private readonly Stack<Slab> _cold = new();
    private int _fewestWarm;
    private long _rented;
    private long _returned;

    /// <summary>Slabs rented and not yet returned. Zero when nothing leaks and nothing lives.</summary>
    public long Outstanding => Volatile.Read(ref _rented) - Volatile.Read(ref _returned);

    /// <summary>Slabs whose pages are resident though nobody uses them.</summary>
    public int Idle
    {
        get
        {
            lock (_lock)
            {
                return _warm.Count;
            }
        }
    }

    /// <summary>Takes a slab with one reference, the caller's. Its bytes are whatever they were.</summary>
    public Slab Rent()
    {
        Slab slab;
        lock (_lock)
        {
            if (_warm.Count == 0 && _cold.Count == 0)
            {
                AddArena();
            }

            slab = _warm.Count > 0 ? _warm.Pop() : _cold.Pop();
            _fewestWarm = Math.Min(_fewestWarm, _warm.Count);
            _rented++;
        }

        slab.MarkRented();
        return slab;
    }

    /// <summary>
    /// Gives the pages of those slabs back to the system that nobody has needed since the last call. Call it every few seconds.
    /// </summary>
    /// <returns>How many slabs gave their pages back.</returns>
    public int Trim()
    {
        int trimmed = 0;
        lock (_lock)
        {
            int idle = Math.Min(_fewestWarm, _warm.Count);
            for (; trimmed < idle; trimmed++)
            {
                Slab slab = _warm.Pop();
                if (OperatingSystem.IsLinux())
                {
                    _ = Advise(slab.Address, Slab.LengthBytes, DontNeed);
                }

                _cold.Push(slab);
            }

            _fewestWarm = _warm.Count;
        }

        return trimmed;
    }

    internal void Return(Slab slab)
    {
#if DEBUG
        slab.GetSpan().Fill(0xDD); // whoever reads on reads poison, not the next stream's media
#endif
        lock (_lock)
        {
            _warm.Push(slab);
            _returned++;
        }
    }

    private void AddArena()
    {
        byte* arena = (byte*)NativeMemory.AlignedAlloc(SlabsPerArena * (nuint)Slab.LengthBytes, PageBytes);
        for (int i = SlabsPerArena - 1; i >= 0; i--)
        {
            _cold.Push(new Slab(this, arena + ((nint)i * Slab.LengthBytes)));
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nint length, int advice);
}

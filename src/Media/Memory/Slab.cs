using System.Buffers;
using System.Runtime.CompilerServices;

namespace MediaServer.Media;

/// <summary>
/// A block of 64 KiB of native memory that received bytes stay in, shared by reference counting. A <see cref="Memory{T}"/> made from it
/// leads back here through <see cref="System.Runtime.InteropServices.MemoryMarshal.TryGetMemoryManager{T,TManager}(ReadOnlyMemory{T}, out TManager)"/>.
/// </summary>
/// <remarks>
/// Born with one reference, its renter's. Each holder releases exactly once; the last release gives the block back to its pool.
/// Releasing more often is counted and leaks the block: live bytes are never returned.
/// </remarks>
public sealed unsafe class Slab : MemoryManager<byte>
{
    /// <summary>Bytes in every slab.</summary>
    public const int LengthBytes = 64 * 1024;

    private readonly SlabPool _pool;
    private readonly byte* _address;
    private int _references;
    private bool _isCharged;

    internal Slab(SlabPool pool, byte* address)
    {
        _pool = pool;
        _address = address;
    }

    /// <summary>The first byte. Stable for the life of the process.</summary>
    public nint Address => (nint)_address;

    /// <summary>Takes one more reference. The caller holds one already.</summary>
    public void Retain()
    {
        int references = Interlocked.Increment(ref _references);
        if (references <= 1)
        {
            // Nobody held it: it may already be somebody else's. Undo, count, and let the caller's test fail.
            Interlocked.Decrement(ref _references);
            MediaDiagnostics.CountOverRelease();
        }
    }

    /// <summary>Gives one reference back; the last one returns the block to its pool.</summary>
    public void Release()
    {
        int references = Interlocked.Decrement(ref _references);
        if (references == 0)
        {
            _pool.Return(this);
        }
        else if (references < 0)
        {
            MediaDiagnostics.CountOverRelease();
        }
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => new(_address, LengthBytes);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)LengthBytes, nameof(elementIndex));
        return new MemoryHandle(_address + elementIndex);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <summary>Bytes to charge to whoever keeps a frame in it: all of it for the first frame since it was rented, then 0.</summary>
    /// <remarks>Its publisher alone asks.</remarks>
    internal int Charge()
    {
        int bytes = _isCharged ? 0 : LengthBytes;
        _isCharged = true;
        return bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void MarkRented()
    {
        _isCharged = false;
        Volatile.Write(ref _references, 1);
    }

    /// <summary>Does nothing: the memory belongs to the pool's arena.</summary>
    protected override void Dispose(bool disposing)
    {
    }
}

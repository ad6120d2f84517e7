using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MediaServer.Media;

namespace MediaServer.Transport;

/// <summary>
/// What the protocol answers, waiting for the socket: whole messages, sent at message boundaries and before media. Bounded: a peer that
/// lets it fill up is disconnected.
/// </summary>
/// <remarks>
/// Written on the connection's loop. Writing into a full outbox, or that of a closed connection, is not an error: the bytes are dropped.
/// Holds no memory while it is empty.
/// </remarks>
public sealed class Outbox : IBufferWriter<byte>
{
    private readonly LoopMemory _memory;
    private readonly Action _overflow;
    private readonly List<Piece> _pieces = [];
    private bool _closed;

    internal Outbox(LoopMemory memory, int capacityBytes, Action overflow)
    {
        _memory = memory;
        _overflow = overflow;
        CapacityBytes = capacityBytes;
    }

    /// <summary>Bytes it holds at most.</summary>
    public int CapacityBytes { get; }

    /// <summary>Bytes that the kernel has not taken yet.</summary>
    public int PendingBytes { get; private set; }

    /// <summary>Whether it got full: what it holds ends in the middle of a message, and the connection is on its way to be closed.</summary>
    internal bool HasOverflowed { get; private set; }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        if (_closed || HasOverflowed)
        {
            return;
        }

        Span<Piece> pieces = CollectionsMarshal.AsSpan(_pieces);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(pieces.IsEmpty ? 0 : pieces[^1].Room), nameof(count));
        if (count > 0)
        {
            pieces[^1].End += count;
            PendingBytes += count;
        }
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        int atLeast = Math.Max(sizeHint, 1);
        if (_closed || HasOverflowed || atLeast > CapacityBytes - PendingBytes)
        {
            return Drop(atLeast);
        }

        if (_pieces.Count == 0 || _pieces[^1].Room < atLeast)
        {
            _pieces.Add(new Piece { Bytes = Rent(atLeast) });
        }

        Piece last = _pieces[^1];
        return last.Bytes.AsMemory(last.End, Math.Min(last.Room, CapacityBytes - PendingBytes));
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Pieces that are waiting.</summary>
    internal int PieceCount => _pieces.Count;

    /// <summary>Writes where the waiting bytes lie. Valid until <see cref="Consume"/>.</summary>
    internal unsafe int WriteVectors(Span<IoVector> destination)
    {
        int count = 0;
        foreach (Piece piece in _pieces)
        {
            if (piece.End > piece.Start)
            {
                nint address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(piece.Bytes)); // pinned
                destination[count++] = new IoVector(address + piece.Start, piece.End - piece.Start);
            }
        }

        return count;
    }

    /// <summary>Drops up to that many bytes at the front, because they were sent.</summary>
    /// <returns>How many there were to drop.</returns>
    internal int Consume(int bytes)
    {
        int consumed = Math.Min(bytes, PendingBytes);
        PendingBytes -= consumed;
        int left = consumed;
        int done = 0;
        foreach (ref Piece piece in CollectionsMarshal.AsSpan(_pieces))
        {
            int taken = Math.Min(left, piece.End - piece.Start);
            piece.Start += taken;
            left -= taken;
            if (piece.Start < piece.End)
            {
                break;
            }

            Return(piece.Bytes);
            done++;
        }

        _pieces.RemoveRange(0, done);
        return consumed;
    }

    /// <summary>Drops everything, now and from now on.</summary>
    internal void Close()
    {
        _closed = true;
        Consume(PendingBytes);
    }

    private Memory<byte> Drop(int atLeast)
    {
        if (!_closed && !HasOverflowed)
        {
            HasOverflowed = true; // its blocks stay its own until it is closed: a send may be gathered from them
            _overflow();
        }

        return new byte[Math.Max(atLeast, 256)];
    }

    private byte[] Rent(int atLeast) =>
        atLeast <= LoopMemory.BlockBytes ? _memory.RentBlock() : GC.AllocateUninitializedArray<byte>(atLeast, pinned: true);

    private void Return(byte[] bytes)
    {
        if (bytes.Length == LoopMemory.BlockBytes)
        {
            _memory.ReturnBlock(bytes);
        }
    }

    private struct Piece
    {
        public byte[] Bytes;
        public int Start;
        public int End;

        public readonly int Room => Bytes.Length - End;
    }
}

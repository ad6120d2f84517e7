using System.Buffers;

namespace MediaServer.Transport;

/// <summary>
/// Bytes received and not yet consumed, in slabs that are filled to their end or in small blocks that are given back as soon as they are
/// empty. Knows nothing of sockets.
/// </summary>
/// <remarks>Positions count from the connection's first byte. Loop-confined.</remarks>
internal sealed class ReceiveBuffer(LoopMemory memory)
{
    private ReceiveSegment? _head;
    private ReceiveSegment? _tail;
    private bool _reserved;
    private bool _closed;

    /// <summary>Whether what comes next goes into slabs.</summary>
    public bool UsesSlabs { get; set; }

    /// <summary>Bytes received so far.</summary>
    public long Received { get; private set; }

    /// <summary>Of them, those the reader is done with.</summary>
    public long Consumed { get; private set; }

    /// <summary>Of them, those the reader has looked at.</summary>
    public long Examined { get; private set; }

    /// <summary>The bytes not yet consumed.</summary>
    public ReadOnlySequence<byte> Unread => Received == Consumed
        ? default
        : new ReadOnlySequence<byte>(_head!, (int)(Consumed - _head!.RunningIndex), _tail!, _tail!.Filled);

    /// <summary>Room for the next bytes: to the end of the slab or block in use, or a new one. <see cref="Commit"/> must follow.</summary>
    /// <param name="address">The room's address.</param>
    public Memory<byte> Reserve(out nint address)
    {
        if (_tail is null || _tail.Room == 0 || _tail.IsSlab != UsesSlabs)
        {
            ReceiveSegment segment = memory.RentSegment();
            if (UsesSlabs)
            {
                segment.Begin(memory.Pool.Rent(), Received);
            }
            else
            {
                segment.Begin(memory.RentBlock(), Received);
            }

            _tail?.Append(segment);
            _tail = segment;
            _head ??= segment;
        }

        _reserved = true;
        address = _tail.TailAddress;
        return _tail.Tail;
    }

    /// <summary>The first bytes of the room reserved were received; or none.</summary>
    public void Commit(int bytes)
    {
        _tail!.Extend(bytes);
        Received += bytes;
        _reserved = false;
        if (_closed)
        {
            Consumed = Examined = Received;
        }

        ReleaseConsumed();
    }

    /// <summary>The reader is done with everything before one position, and has looked at everything before another.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A position lies before what was consumed already, behind what was received, or
    /// they are the wrong way round.</exception>
    public void Advance(SequencePosition consumed, SequencePosition examined)
    {
        long consumedTo = Locate(consumed);
        long examinedTo = Locate(examined);
        ArgumentOutOfRangeException.ThrowIfLessThan(consumedTo, Consumed, nameof(consumed));
        ArgumentOutOfRangeException.ThrowIfLessThan(examinedTo, consumedTo, nameof(examined));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(examinedTo, Received, nameof(examined));
        Consumed = consumedTo;
        Examined = examinedTo;
        ReleaseConsumed();
    }

    /// <summary>Drops what is unread and keeps no slab from now on.</summary>
    public void Close()
    {
        _closed = true;
        Consumed = Examined = Received;
        ReleaseConsumed();
    }

    // An empty sequence has no segments to point into.
    private long Locate(SequencePosition position) =>
        position.GetObject() is ReceiveSegment segment ? segment.RunningIndex + position.GetInteger() : Consumed;

    private void ReleaseConsumed()
    {
        while (_head is not null && _head.RunningIndex + _head.Filled <= Consumed && !IsStillOfUse(_head))
        {
            ReceiveSegment released = _head;
            _head = released.Following;
            if (_head is null)
            {
                _tail = null;
            }

            released.Release(memory);
        }
    }

    private bool IsStillOfUse(ReceiveSegment segment) =>
        segment == _tail && (_reserved || (UsesSlabs && segment.IsSlab && segment.Room > 0 && !_closed));
}

using MediaServer.Media;

namespace MediaServer.Transport;

/// <summary>Memory that the connections of one loop share. Touched on the loop only, so nothing is locked.</summary>
internal sealed class LoopMemory(SlabPool pool)
{
    /// <summary>Bytes of a small block.</summary>
    public const int BlockBytes = 4096;

    private const int KeptBlocks = 256;
    private const int KeptSegments = 1024;

    private readonly Stack<byte[]> _blocks = new();
    private readonly Stack<ReceiveSegment> _segments = new();

    /// <summary>Where slabs come from.</summary>
    public SlabPool Pool { get; } = pool;

    /// <summary>Small blocks in use: none when every connection is idle.</summary>
    public int BlocksInUse { get; private set; }

    /// <summary>Frames of the send that is being put together.</summary>
    public MediaFrame?[] Frames { get; } = new MediaFrame?[Outgoing.MaxFrames];

    /// <summary>Their envelopes, and behind them that of a frame that was begun before.</summary>
    public EnvelopeRoom Envelopes { get; } = new(Outgoing.MaxFrames + 1);

    /// <summary>Vectors of the send that is being put together.</summary>
    public IoVector[] Vectors { get; private set; } = new IoVector[2 * SystemCalls.MaxVectors];

    /// <summary>Where bytes go that nobody wants.</summary>
    public byte[] Scratch { get; } = GC.AllocateUninitializedArray<byte>(Slab.LengthBytes, pinned: true);

    /// <summary>Makes room for that many vectors; those written stay.</summary>
    public void GrowVectors(int count)
    {
        IoVector[] vectors = Vectors;
        Array.Resize(ref vectors, Math.Max(count, vectors.Length * 2));
        Vectors = vectors;
    }

    /// <summary>Takes a pinned block of <see cref="BlockBytes"/>.</summary>
    public byte[] RentBlock()
    {
        BlocksInUse++;
        return _blocks.TryPop(out byte[]? block) ? block : GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);
    }

    public void ReturnBlock(byte[] block)
    {
        BlocksInUse--;
        if (_blocks.Count < KeptBlocks)
        {
            _blocks.Push(block);
        }
    }

    public ReceiveSegment RentSegment() => _segments.TryPop(out ReceiveSegment? segment) ? segment : new ReceiveSegment();

    public void ReturnSegment(ReceiveSegment segment)
    {
        if (_segments.Count < KeptSegments)
        {
            _segments.Push(segment);
        }
    }
}

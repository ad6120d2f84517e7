namespace MediaServer.Media;

/// <summary>
/// Consecutive frames of one topic's log, put together once to be sent to many: each held by one reference, their bytes in one envelope as
/// one list of vectors. Who has got all before a run gets all of it in one call to the kernel.
/// </summary>
/// <remarks>
/// It holds audio and video of track 0 only, and ends before whatever needs a look for each subscriber: configuration, script data, a splice,
/// a discontinuity, another track. Used again and again, it allocates nothing. Not thread-safe: it belongs to the loop that sends it.
/// </remarks>
public sealed class FrameRun(FrameEnvelope envelope)
{
    /// <summary>Vectors it holds at most: what one call to the kernel takes (<c>UIO_MAXIOV</c>).</summary>
    public const int MaxVectors = 1024;

    /// <summary>Frames it holds at most: over 3 s of 30 fps video with AAC.</summary>
    public const int MaxFrames = 256;

    /// <summary>Bytes it holds at most, unless its first frame is longer.</summary>
    public const int MaxLengthBytes = 1024 * 1024;

    private const FrameTraits Particular = FrameTraits.SequenceHeader | FrameTraits.Metadata | FrameTraits.TrackMetadata
        | FrameTraits.Splice | FrameTraits.Discontinuity | FrameTraits.Injected;

    private readonly IoVector[] _vectors = new IoVector[MaxVectors];
    private readonly EnvelopeRoom _envelopes = new(MaxFrames);
    private readonly MediaFrame?[] _frames = new MediaFrame?[MaxFrames];
    private int _vectorCount;

    /// <summary>What stands around each of its payloads.</summary>
    public FrameEnvelope Envelope { get; } = envelope;

    /// <summary>How many frames it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Their bytes, envelopes included.</summary>
    public int LengthBytes { get; private set; }

    /// <summary>The frames, in the order of the log. Valid until <see cref="Clear"/>, as <see cref="Vectors"/> is.</summary>
    public ReadOnlySpan<MediaFrame> Frames => _frames.AsSpan(0, Count)!;

    /// <summary>Where their bytes lie, envelopes included.</summary>
    public ReadOnlySpan<IoVector> Vectors => _vectors.AsSpan(0, _vectorCount);

    /// <summary>The place of its first frame; <see cref="LogPosition.None"/> while it is empty.</summary>
    internal LogPosition Start { get; private set; } = LogPosition.None;

    /// <summary>The place behind its last frame; <see cref="LogPosition.None"/> while it is empty.</summary>
    internal LogPosition End { get; private set; } = LogPosition.None;

    /// <summary>Adds the frame that follows in the log, and takes over the caller's reference.</summary>
    /// <returns>Whether it did: not when the frame needs a look for each subscriber, does not follow, or does not fit.</returns>
    public bool TryAdd(MediaFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        int length = frame.GetLengthBytes(Envelope);
        bool isPlain = frame is { Kind: MediaKind.Audio or MediaKind.Video, TrackId: 0, Offset: >= 0 } && (frame.Traits & Particular) == 0;
        bool follows = Count == 0 || frame.Offset == End.Offset;
        bool fits = (Count == 0 || LengthBytes + length <= MaxLengthBytes)
            && Count < MaxFrames && _vectorCount + frame.GetVectorCount(Envelope) <= MaxVectors;
        if (!isPlain || !follows || !fits)
        {
            return false;
        }

        if (Count == 0)
        {
            Start = frame.Position;
        }

        _vectorCount += frame.WriteVectors(Envelope, 0, _envelopes[Count], _vectors.AsSpan(_vectorCount));
        _frames[Count++] = frame;
        LengthBytes += length;
        End = frame.Position.After(frame);
        return true;
    }

    /// <summary>Lets go of its frames; it is empty afterwards.</summary>
    public void Clear()
    {
        foreach (MediaFrame frame in Frames)
        {
            frame.Release();
        }

        _frames.AsSpan(0, Count).Clear();
        Count = 0;
        LengthBytes = 0;
        _vectorCount = 0;
        Start = End = LogPosition.None;
    }
}

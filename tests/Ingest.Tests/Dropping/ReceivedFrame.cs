using MediaServer.Media;

namespace MediaServer.Ingest.Tests.Dropping;

/// <summary>A frame that reached a subscriber, with a copy of its bytes.</summary>
/// <param name="Body">The tag's body.</param>
/// <param name="DataOffset">Where the sample begins in it.</param>
internal sealed record ReceivedFrame(
    long Offset, MediaKind Kind, MediaCodec Codec, FrameTraits Traits, long Dts, long Pts, byte[] Body, int DataOffset)
{
    public bool IsHeader => Is(FrameTraits.SequenceHeader);

    /// <summary>Configuration beside the header: nothing that a decoder needs.</summary>
    public bool IsTrackMetadata => Is(FrameTraits.TrackMetadata);

    public bool IsPicture => Kind == MediaKind.Video && !IsHeader && !IsTrackMetadata;

    public bool IsSound => Kind == MediaKind.Audio && !IsHeader && !IsTrackMetadata;

    public bool IsRandomAccess => Is(FrameTraits.RandomAccess);

    public bool IsDisposable => Is(FrameTraits.Disposable);

    public bool IsInjected => Is(FrameTraits.Injected);

    public ReadOnlySpan<byte> Sample => Body.AsSpan(DataOffset);

    public static ReceivedFrame CopyOf(MediaFrame frame)
    {
        byte[] body = new byte[frame.LengthBytes];
        frame.CopyTo(body);
        return new ReceivedFrame(frame.Offset, frame.Kind, frame.Codec, frame.Traits, frame.Dts, frame.Pts, body, frame.DataOffset);
    }

    public override string ToString() => $"{Kind} {Offset} ({Traits}) at {Dts} ms, shown at {Pts} ms";

    private bool Is(FrameTraits traits) => (Traits & traits) != 0;
}

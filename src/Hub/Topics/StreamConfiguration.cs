using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>
/// What a decoder must have before the frames of a stream: its metadata, and each track's sequence header with the metadata beside it. An
/// immutable snapshot.
/// </summary>
/// <remarks>
/// Its frames own their bytes and need no reference: they can be read for as long as the snapshot is held, and are never released. To
/// send one, send what <see cref="MediaFrame.Restamp"/> makes of it.
/// </remarks>
public sealed class StreamConfiguration
{
    private const int MaxLengthBytes = 64 * 1024; // what is larger is no configuration, and must not be kept for the life of a stream

    private readonly MediaFrame[] _frames; // by rank

    private StreamConfiguration(MediaFrame[] frames) => _frames = frames;

    /// <summary>No configuration: how every stream begins.</summary>
    public static StreamConfiguration Empty { get; } = new([]);

    /// <summary>All of it in the order that a newcomer gets it: metadata, then by track video, then audio. An HDR packet goes before its sequence header, as encoders send it, a MultichannelConfig after.</summary>
    public IReadOnlyList<MediaFrame> Frames => _frames;

    /// <summary><c>onMetaData</c>, if there was one.</summary>
    public MediaFrame? Metadata => Find(0);

    /// <summary>The sequence header of video track 0, if there was one.</summary>
    public MediaFrame? Video => GetSequenceHeader(MediaKind.Video);

    /// <summary>The sequence header of audio track 0, if there was one.</summary>
    public MediaFrame? Audio => GetSequenceHeader(MediaKind.Audio);

    /// <summary>A track's sequence header, if there was one.</summary>
    public MediaFrame? GetSequenceHeader(MediaKind kind, byte trackId = 0) => kind == MediaKind.Data ? null : Find(RankOf(kind, trackId, false));

    /// <summary>Whether the frame is metadata or a sequence header that is kept here.</summary>
    internal static bool Holds(MediaFrame frame) =>
        (frame.Traits & (FrameTraits.SequenceHeader | FrameTraits.Metadata | FrameTraits.TrackMetadata)) != 0 && frame.OwnsBytes && frame.LengthBytes <= MaxLengthBytes;

    /// <summary>The configuration after this frame: the same object if it brings nothing new, since repeating a header is not a change.</summary>
    internal StreamConfiguration With(MediaFrame frame)
    {
        int rank = RankOf(frame);
        MediaFrame? known = Find(rank);
        if (known is null)
        {
            return new StreamConfiguration([.. _frames.Append(frame).OrderBy(RankOf)]);
        }

        return known.HasSamePayload(frame) ? this : new StreamConfiguration([.. _frames.Select(other => other == known ? frame : other)]);
    }

    /// <summary>The first selected frame of this that somebody who got the other has not got: neither it nor the same bytes.</summary>
    internal MediaFrame? FindFirstMissingFrom(StreamConfiguration other, FrameSelection selection)
    {
        foreach (MediaFrame frame in _frames)
        {
            if (!selection.Includes(frame))
            {
                continue;
            }

            MediaFrame? known = other.Find(RankOf(frame));
            if (known != frame && known?.HasSamePayload(frame) != true)
            {
                return frame;
            }
        }

        return null;
    }

    private static int RankOf(MediaFrame frame) => RankOf(frame.Kind, frame.TrackId, frame.Is(FrameTraits.TrackMetadata));

    private static int RankOf(MediaKind kind, byte trackId, bool isTrackMetadata) => kind switch
    {
        MediaKind.Data => 0, // one for all tracks
        MediaKind.Video => 0x1000 + (trackId * 2) + (isTrackMetadata ? 0 : 1),
        _ => 0x2000 + (trackId * 2) + (isTrackMetadata ? 1 : 0),
    };

    private MediaFrame? Find(int rank)
    {
        foreach (MediaFrame frame in _frames)
        {
            if (RankOf(frame) == rank)
            {
                return frame;
            }
        }

        return null;
    }
}

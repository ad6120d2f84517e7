using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>
/// What a subscriber wants of a stream; the default is everything. Script data always comes. What is left out counts as
/// <see cref="DropReason.Filtered"/>.
/// </summary>
public readonly record struct FrameSelection
{
    private readonly bool _withoutOtherTracks;
    private readonly bool _withoutTrackMetadata;
    private readonly bool _withoutAudio;
    private readonly bool _withoutVideo;

    /// <summary>Whether tracks above 0 come too.</summary>
    public bool AllTracks
    {
        get => !_withoutOtherTracks;
        init => _withoutOtherTracks = !value;
    }

    /// <summary>Whether configuration beside the sequence header comes, <see cref="FrameTraits.TrackMetadata"/>.</summary>
    public bool TrackMetadata
    {
        get => !_withoutTrackMetadata;
        init => _withoutTrackMetadata = !value;
    }

    /// <summary>Whether audio comes.</summary>
    public bool Audio
    {
        get => !_withoutAudio;
        init => _withoutAudio = !value;
    }

    /// <summary>Whether video comes.</summary>
    public bool Video
    {
        get => !_withoutVideo;
        init => _withoutVideo = !value;
    }

    internal bool Includes(MediaFrame frame) => frame.Kind switch
    {
        MediaKind.Audio => Audio && IncludesTrackOf(frame),
        MediaKind.Video => Video && IncludesTrackOf(frame),
        _ => true,
    };

    private bool IncludesTrackOf(MediaFrame frame) =>
        (AllTracks || frame.TrackId == 0) && (TrackMetadata || !frame.Is(FrameTraits.TrackMetadata));
}

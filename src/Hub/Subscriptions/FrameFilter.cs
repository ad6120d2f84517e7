using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>What a subscription leaves out of what it meets: what its subscriber does not want, and what its decoder could not show.</summary>
internal sealed class FrameFilter
{
    private static readonly TimeSpan KeyframePatience = TimeSpan.FromSeconds(10);

    /// <summary>For streams that have had one: a scene cut may be followed by a group of pictures of any length.</summary>
    private static readonly TimeSpan NextKeyframePatience = TimeSpan.FromSeconds(30);

    private readonly StreamTopic _topic;
    private readonly DeliveryCounters _delivery;
    private readonly VideoGates _gates;
    private readonly long _patienceTicks;
    private readonly long _nextPatienceTicks;
    private FrameSelection _selection;

    public FrameFilter(StreamTopic topic, FrameSelection selection, DeliveryCounters delivery)
    {
        _topic = topic;
        _delivery = delivery;
        _selection = selection;
        _gates = new VideoGates(topic.GetTimestamp());
        _patienceTicks = topic.ToTicks(KeyframePatience);
        _nextPatienceTicks = topic.ToTicks(NextKeyframePatience);
    }

    /// <summary>What the subscriber wants. Video that is wanted again begins at its next random access point.</summary>
    public FrameSelection Selection
    {
        get => _selection;
        set
        {
            if (value.Video && !_selection.Video)
            {
                _gates.Restart(_topic.GetTimestamp());
            }
            else if (value.AllTracks && !_selection.AllTracks)
            {
                _gates.Restart(_topic.GetTimestamp(), fromTrack: 1);
            }

            _selection = value;
        }
    }

    /// <summary>
    /// How long to wait for a random access point before any frame will do, in timestamp units. Where there have been some, longer: the next
    /// one does come.
    /// </summary>
    public long PatienceTicks =>
        _topic.Log.LastKeyframe is null ? _patienceTicks : Math.Max(_nextPatienceTicks, 2 * _topic.Log.LongestGopTicks);

    /// <summary>Whether video waits for a random access point.</summary>
    public bool IsClosed => _gates.IsClosed;

    /// <summary>Whether it lets all audio of track 0 pass, and all video if there is some, that is no configuration.</summary>
    public bool PassesAll(bool hasVideo) => _selection.Audio && (!hasVideo || (_selection.Video && _gates.IsOpen));

    /// <summary>Has video wait for a random access point: frames before have been left out.</summary>
    public void Close() => _gates.Close(_topic.GetTimestamp());

    /// <summary>Has the track of a frame of video wait for a random access point from now on, unless the frame is one.</summary>
    public void CloseAt(MediaFrame next)
    {
        if (next.Kind == MediaKind.Video && !next.Is(FrameTraits.RandomAccess) && !StreamConfiguration.Holds(next))
        {
            _gates.Of(next.TrackId) = VideoGate.ClosedAt(_topic.GetTimestamp()); // however long it has waited: patience is for those who keep up
        }
    }

    /// <summary>
    /// Has video wait for a random access point as if from its beginning: there may have been some among the frames that were left out, so
    /// the wait so far says nothing about whether there are any.
    /// </summary>
    public void Restart() => _gates.Restart(_topic.GetTimestamp());

    /// <summary>Judges the next frame. Asking again about the same frame gives the same answer.</summary>
    /// <returns>Why the frame is left out; null when it passes.</returns>
    public DropReason? Judge(MediaFrame next)
    {
        if (next.Is(FrameTraits.Splice))
        {
            _gates.Restart(next.ReceivedAt); // nothing from here on refers to what was before
        }

        if (!_selection.Includes(next))
        {
            return DropReason.Filtered;
        }

        if (next.Kind != MediaKind.Video || StreamConfiguration.Holds(next))
        {
            return null;
        }

        DropReason? reason = _gates.Of(next.TrackId).Judge(next, PatienceTicks, out bool isNoKeyframeStart);
        if (isNoKeyframeStart)
        {
            _delivery.CountNoKeyframeStart();
        }

        return reason;
    }
}

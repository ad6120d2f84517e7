namespace MediaServer.Media;

/// <summary>Where one track stands: how its publisher's timestamps map to the timeline, and the last time it was given.</summary>
internal struct TrackClock
{
    private const long DefaultFrame = 33;
    private const long LongestFrame = 100;

    private uint _timestamp;
    private long _position; // of that timestamp on the timeline, as the publisher meant it

    public bool HasBegun { get; private set; }

    /// <summary>The last decoding time it was given: not before any earlier one.</summary>
    public long LastDts { get; set; }

    /// <summary>
    /// The latest position of its timestamps. That is <see cref="LastDts"/>, but for a track that began before a time that was given already:
    /// that one catches up, and its clock is not taken for one that jumped back meanwhile.
    /// </summary>
    public long Reached { get; private set; }

    /// <summary>When its last time was given, in milliseconds of arrival.</summary>
    public long LastArrival { get; private set; }

    /// <summary>Time from one of its frames to the next, in milliseconds.</summary>
    public long Frame { get; private set; }

    public static TrackClock NotBefore(long dts) => new() { LastDts = dts, Frame = DefaultFrame };

    /// <summary>Where a timestamp is on the timeline by this track's clock: the one nearest to its last (serial arithmetic, RFC 1982).</summary>
    public readonly long Map(uint timestamp) => _position + unchecked((int)(timestamp - _timestamp));

    /// <summary>Whether the timestamp is beyond 2^32, counted from the last.</summary>
    public readonly bool IsWrapTo(uint timestamp) => HasBegun && timestamp < _timestamp && unchecked((int)(timestamp - _timestamp)) > 0;

    /// <summary>Goes on to a timestamp that was found to be at a position.</summary>
    /// <returns>Its decoding time: the position, or the last decoding time if that is later.</returns>
    public long MoveTo(uint timestamp, long position, long arrival)
    {
        if (HasBegun && position - _position is > 0 and <= LongestFrame and var frame)
        {
            Frame = frame;
        }

        Reached = HasBegun ? Math.Max(position, Reached) : position;
        HasBegun = true;
        _timestamp = timestamp;
        _position = position;
        LastArrival = arrival;
        return LastDts = Math.Max(position, LastDts);
    }
}

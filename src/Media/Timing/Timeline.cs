namespace MediaServer.Media;

/// <summary>
/// The clock of one publish session: turns the 32-bit timestamps of its messages, which wrap, jump and step back, into 64-bit milliseconds
/// that never go back within a track, and goes on where the stream's last publisher stopped.
/// </summary>
/// <remarks>
/// <para><b>What a jump is.</b> A timestamp may be as far ahead as time has passed in which messages arrived, and
/// <see cref="ForwardSlack"/> further: an encoder that drops frames makes a gap, not a jump. It may be <see cref="BackSlack"/> back: then it
/// is raised to the last of its track. Everything else is a jump, unless it is a clock of fewer bits that begins anew.</para>
/// <para><b>What becomes of it.</b> No message waits for others. The first track that jumps is put one frame behind the latest time of all
/// tracks. When another track jumps and fits the clock of the first, it takes that clock: a common jump is one shift, and lip sync is kept.
/// When none follows, the track stays where its arrival put it.</para>
/// <para>Not thread-safe: it belongs to one publish session. Allocates only for new tracks.</para>
/// </remarks>
public sealed class Timeline
{
    private const long ForwardSlack = 2_000;
    private const long BackSlack = 500;
    private const long BeginSlack = 10_000; // a track may begin as far from the others
    private const long JumpTime = 1_000;    // in which tracks jump together, and in which one discontinuity is told

    private readonly TimeProvider _time;
    private readonly long _begin;        // no time is before
    private readonly bool _continues;
    private TrackClock[] _tracks = [];   // by track id, audio then video
    private int _lastTrack = -1;
    private long _lastData;
    private long? _firstReceivedAt;
    private long _latest;                // the latest time of all tracks
    private long _ahead;                 // how far the timeline has been ahead of arrival at most
    private long _wrappedAt = long.MinValue / 2;
    private long _toldAt = long.MinValue / 2;

    private bool _isJumpOpen;            // a track has jumped, and others may follow
    private long _jumpedAt = long.MinValue / 2;
    private int _jumper;
    private bool _isFollowed;
    private bool _othersWentOn;

    /// <param name="time">The clock of the times of arrival.</param>
    /// <param name="continueAfter">The latest time on the stream's timeline so far: the session goes on one frame behind it. −1 for a new stream, which begins with its publisher's time.</param>
    /// <param name="faults">Where to count; by default <see cref="Faults"/> begins at 0.</param>
    public Timeline(TimeProvider time, long continueAfter = -1, TimelineFaults? faults = null)
    {
        _time = time;
        _continues = continueAfter >= 0;
        _begin = _latest = _lastData = Math.Max(continueAfter, 0);
        Faults = faults ?? new TimelineFaults();
    }

    /// <summary>What was repaired.</summary>
    public TimelineFaults Faults { get; }

    /// <summary>Places a message of media or script data.</summary>
    /// <param name="kind">With <paramref name="trackId"/>, which track it belongs to.</param>
    /// <param name="trackId">The track among those of its kind.</param>
    /// <param name="timestamp">As the message carried it.</param>
    /// <param name="receivedAt">When it arrived: a <see cref="TimeProvider.GetTimestamp"/>.</param>
    public TimelineStep Place(MediaKind kind, byte trackId, uint timestamp, long receivedAt)
    {
        long arrival = (long)_time.GetElapsedTime(_firstReceivedAt ??= receivedAt, receivedAt).TotalMilliseconds;
        if (kind == MediaKind.Data)
        {
            return new TimelineStep(PlaceData(timestamp, arrival), false);
        }

        SettleJump(arrival);
        int index = IndexOf(kind, trackId);
        bool isDiscontinuity = false;
        long position = _tracks[index].HasBegun
            ? FindNext(index, timestamp, arrival, out isDiscontinuity)
            : FindBeginning(index, timestamp, arrival);

        ref TrackClock track = ref _tracks[index];
        if (track.HasBegun && position < track.Reached)
        {
            Faults.Count(TimelineFault.BackStep);
        }

        long dts = track.MoveTo(timestamp, position, arrival);
        _lastTrack = index;
        _latest = Math.Max(_latest, dts);
        _ahead = Math.Max(_ahead, dts - arrival);
        return new TimelineStep(dts, isDiscontinuity);
    }

    /// <summary>
    /// The time of a track's configuration: that of the message before it, whatever its own timestamp says (many send it with 0).
    /// </summary>
    public long PlaceConfiguration(MediaKind kind, byte trackId)
    {
        if (kind == MediaKind.Data)
        {
            return _lastData;
        }

        int index = IndexOf(kind, trackId); // may replace _tracks
        ref TrackClock track = ref _tracks[index];
        if (!track.HasBegun)
        {
            track.LastDts = _latest;
        }

        return track.LastDts;
    }

    private int IndexOf(MediaKind kind, byte trackId)
    {
        int index = (trackId * 2) + (kind == MediaKind.Video ? 1 : 0);
        if (index >= _tracks.Length)
        {
            int known = _tracks.Length;
            Array.Resize(ref _tracks, (trackId + 1) * 2);
            Array.Fill(_tracks, TrackClock.NotBefore(_begin), known, _tracks.Length - known);
        }

        return index;
    }

    /// <summary>The latest time that arrival explains.</summary>
    private long LimitAt(long arrival) => arrival + _ahead + ForwardSlack;

    private long FindBeginning(int index, uint timestamp, long arrival)
    {
        if (_lastTrack < 0)
        {
            long position = _continues ? _begin + _tracks[index].Frame : timestamp;
            _ahead = position - arrival;
            return position;
        }

        long low = _latest - BeginSlack;
        long high = LimitAt(arrival) - ForwardSlack + BeginSlack;
        long found = _tracks[_lastTrack].Map(timestamp);
        if (TryUnwrap(ref found, low, high) || TryFollow(index, timestamp, _latest, low, high, ref found))
        {
            return found;
        }

        Faults.Count(TimelineFault.LoneTrack);
        return _latest + _tracks[index].Frame;
    }

    private long FindNext(int index, uint timestamp, long arrival, out bool isDiscontinuity)
    {
        isDiscontinuity = false;
        ref TrackClock track = ref _tracks[index];
        long own = track.Map(timestamp);
        long low = track.Reached - BackSlack;
        long high = LimitAt(arrival);
        long position = own;
        bool fits = TryUnwrap(ref position, low, high);
        if (fits && track.IsWrapTo(timestamp))
        {
            CountWrap(TimelineFault.Wrap32, position);
        }

        long expected = track.Reached + arrival - track.LastArrival;
        if ((!fits || _isJumpOpen) && TryFollow(index, timestamp, expected, low, high, ref position))
        {
            _isFollowed |= index != _jumper;
            if (!_isJumpOpen && track.LastArrival > _jumpedAt)
            {
                CountJump(own, track.Reached); // a jump of its own: it had gone on while the other jumped
            }

            return position;
        }

        if (fits)
        {
            _othersWentOn |= index != _jumper;
            return position;
        }

        CountJump(own, track.Reached);
        OpenJump(index, arrival);
        position = _latest + track.Frame;
        _ahead = position - arrival;
        isDiscontinuity = arrival - _toldAt >= JumpTime;
        _toldAt = isDiscontinuity ? arrival : _toldAt;
        return position;
    }

    /// <summary>Takes a position for one of a clock with 24 or 31 bits, if that makes it fit between two bounds.</summary>
    /// <returns>Whether it fits.</returns>
    private bool TryUnwrap(ref long position, long low, long high)
    {
        if (position >= low && position <= high)
        {
            return true;
        }

        bool isForward = position < low; // a track that is a little behind may still be before the wrap
        foreach ((TimelineFault fault, long turn) in (ReadOnlySpan<(TimelineFault, long)>)[(TimelineFault.Wrap31, 1L << 31), (TimelineFault.Wrap24, 1L << 24)])
        {
            long turned = isForward ? position + turn : position - turn;
            if (turned >= low && turned <= high)
            {
                CountWrap(fault, turned);
                position = turned;
                return true;
            }
        }

        return false;
    }

    /// <summary>Finds the track by whose clock the timestamp is nearest to where it is expected: nearer than by its own, if that fits.</summary>
    private bool TryFollow(int index, uint timestamp, long expected, long low, long high, ref long position)
    {
        long best = position >= low && position <= high ? Math.Abs(position - expected) : long.MaxValue;
        bool found = false;
        for (int i = 0; i < _tracks.Length; i++)
        {
            ref TrackClock other = ref _tracks[i];
            if (i == index || !other.HasBegun)
            {
                continue;
            }

            long mapped = other.Map(timestamp);
            if (mapped >= low && mapped <= high && Math.Abs(mapped - expected) < best)
            {
                best = Math.Abs(mapped - expected);
                position = mapped;
                found = true;
            }
        }

        return found;
    }

    private void OpenJump(int index, long arrival)
    {
        _isJumpOpen = true;
        _jumpedAt = arrival;
        _jumper = index;
        _isFollowed = false;
        _othersWentOn = false;
    }

    private void SettleJump(long arrival)
    {
        if (_isJumpOpen && arrival - _jumpedAt > JumpTime)
        {
            _isJumpOpen = false;
            if (_othersWentOn && !_isFollowed)
            {
                Faults.Count(TimelineFault.LoneTrack);
            }
        }
    }

    private void CountJump(long position, long last) =>
        Faults.Count(position > last ? TimelineFault.ForwardJump : TimelineFault.BackwardJump);

    /// <summary>Counts a wrap once for all tracks.</summary>
    private void CountWrap(TimelineFault fault, long position)
    {
        if (position - _wrappedAt > 1L << 22)
        {
            Faults.Count(fault);
            _wrappedAt = position;
        }
    }

    /// <summary>Script data decides nothing: what does not fit the media's clock stands where the media is.</summary>
    private long PlaceData(uint timestamp, long arrival)
    {
        if (_lastTrack < 0)
        {
            return _lastData;
        }

        long position = _tracks[_lastTrack].Map(timestamp);
        bool fits = position >= _latest - BeginSlack && position <= LimitAt(arrival);
        return _lastData = Math.Max(fits ? position : _latest, _lastData);
    }
}

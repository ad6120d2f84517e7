using MediaServer.Media;

namespace MediaServer.Hls;

/// <summary>
/// Turns the frames of one stream into segments. Where to cut is decided once, by the video track at its random access points (or by time,
/// where there is no video), and applied to every track at the same media time and sequence number.
/// </summary>
/// <remarks>
/// Not thread-safe: it belongs to the stream's consumer. A cut makes a new <see cref="Slot"/>; a track moves into it when a sample of its
/// own reaches that time, so a track may lag, and only its own playlist waits for it. Frames are never copied.
/// </remarks>
internal sealed class Segmenter
{
    /// <summary>Samples in a slot: far above 10 s of 120 frames and of audio, so that it counts only where media time stands still.</summary>
    private const int MaxOpenSamples = 4_000;

    /// <summary>How long a stream that has a video configuration may go on without a picture before audio decides the cuts.</summary>
    private const long PatienceForVideo = 4 * MediaClock.Second;

    /// <summary>How far audio may be ahead of video in a stream.</summary>
    private const long Interleaving = 3 * MediaClock.Second;

    /// <summary>How far an audio clock may be off its timestamps at a cut.</summary>
    private const long BoundaryTolerance = MediaClock.Second / 10;

    /// <summary>A step in time from which on it is a break, not a pause.</summary>
    private const long LeastJump = 3 * MediaClock.Second;

    private readonly VideoTrack _video = new();
    private readonly AudioTrack _audio = new();
    private readonly BreakBudget _breaks = new();
    private readonly CutRules _rules;
    private readonly SlotChain _slots;
    private readonly Presentation _presentation;
    private readonly HlsCounters _counters;
    private readonly long _maxOpenBytes;
    private long _latest; // media time of the foremost sample since the last break
    private long _lastRandomAccess;
    private long? _firstVideoLeftOut;
    private bool _awaitsRandomAccess = true;
    private bool _isBroken; // the timeline was tied anew: the next sample begins a discontinuity

    public Segmenter(HlsOptions options, Presentation presentation, TimeProvider timeProvider, HlsCounters counters)
    {
        _rules = new CutRules(options.SegmentDuration);
        _slots = new SlotChain(presentation, _rules, options.MaxBytes, timeProvider, counters);
        _presentation = presentation;
        _counters = counters;
        _maxOpenBytes = options.MaxBytes / 4;
    }

    /// <summary>Takes the next frame of the stream, and its reference.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="isDiscontinuous">Whether the timeline broke before it (<see cref="Hub.Subscription.IsDiscontinuous"/>).</param>
    public void Add(MediaFrame frame, bool isDiscontinuous)
    {
        _isBroken |= isDiscontinuous; // the frame may be configuration, or script data
        Track? track = frame.Kind switch { MediaKind.Video => _video, MediaKind.Audio => _audio, _ => null };
        if (track is null || frame.Codec != track.Codec || frame.TrackId != 0)
        {
            frame.Release();
            return;
        }

        if (frame.Is(FrameTraits.SequenceHeader))
        {
            if (!track.TryConfigure(frame))
            {
                _presentation.ReportUnusableHeader(frame);
            }

            frame.Release();
            return;
        }

        _breaks.Refill();
        bool isSample = track.IsConfigured && frame.LengthBytes > frame.DataOffset;
        if (!isSample || (track == _video && !CanDecode(frame)) || !TryAppend(track, frame))
        {
            _counters.CountLeftOut();
            frame.Release();
        }
    }

    /// <summary>Ends the stream: what is open becomes the last segments.</summary>
    public void Complete()
    {
        _slots.Complete(_latest);
    }

    /// <summary>Gives back what is open, after a fault.</summary>
    public void Abandon()
    {
        _video.Clear();
        _audio.Clear();
    }

    /// <summary>Promise 2: nothing is shown that cannot be decoded. A stream without any random access point begins anyway, after a while.</summary>
    private bool CanDecode(MediaFrame frame)
    {
        _awaitsRandomAccess |= _video.HasNewFormat;
        if (!_awaitsRandomAccess || frame.Is(FrameTraits.RandomAccess))
        {
            _awaitsRandomAccess = false;
            _firstVideoLeftOut = null;
            return true;
        }

        long time = MediaClock.FromMilliseconds(frame.Dts);
        _firstVideoLeftOut ??= time;
        _awaitsRandomAccess = time - _firstVideoLeftOut < PatienceForVideo;
        return !_awaitsRandomAccess;
    }

    private bool TryAppend(Track track, MediaFrame frame)
    {
        long stamped = MediaClock.FromMilliseconds(frame.Dts);
        bool isJump = IsJump(stamped);
        bool isBroken = _isBroken;
        _isBroken = false;
        if (track.Slot is null)
        {
            Start(track, stamped, isJump);
        }
        else if (isJump || track.HasNewFormat || isBroken)
        {
            if (IsBehind(stamped) || !TryBreak(track, frame.Dts, stamped, isJump))
            {
                return LeaveOut(track);
            }
        }
        else
        {
            FollowBreak(track, stamped);
        }

        long boundary = track.Slot!.Start - BoundaryTolerance;
        bool isBeforeSlot = track.OpenSamples == 0 && stamped < boundary;
        if (track.OpenSamples == 0 && track.EndTime < boundary)
        {
            track.Restart(); // it was moved on, ahead of its own clock
        }

        if (isBeforeSlot || IsBehind(stamped) || !track.TryPlace(frame.Dts, out long ticks))
        {
            return LeaveOut(track);
        }

        long time = track.ToTime(ticks);
        if (track.Slot == _slots.Newest)
        {
            DecideCut(track, frame, time);
        }

        _slots.CloseReached(track, ticks);
        if (track.Slot.Next is not null && track.OpenTicksUntil(ticks) > track.ToTicks(_rules.Target))
        {
            _slots.Close(track, ticks); // another track jumped ahead, and this one does not follow: a segment may not be longer
            return LeaveOut(track);
        }

        bool isRandomAccess = frame.Is(FrameTraits.RandomAccess);
        track.Append(frame, track.Slot.IsDiscontinuous ? ticks : track.AfterCuts(ticks));
        track.IsAlive = true;
        _latest = Math.Max(_latest, time);
        if (track == _video && isRandomAccess)
        {
            _lastRandomAccess = time;
        }

        return true;
    }

    /// <summary>Whether the time lies so far back that the track has lost touch with the others.</summary>
    private bool IsBehind(long stamped) => stamped < _slots.Newest!.Start - _rules.Target - Math.Max(LeastJump, _rules.Target);

    /// <summary>Whoever leaves a picture out goes on at a random access point.</summary>
    private bool LeaveOut(Track track)
    {
        _awaitsRandomAccess |= track == _video;
        return false;
    }

    /// <summary>Whether the time lies so far ahead of all tracks that the encoder must have jumped.</summary>
    private bool IsJump(long stamped) => _slots.Newest is not null && stamped - _latest > Math.Max(LeastJump, _rules.Target);

    /// <summary>Lets a track begin in the newest slot.</summary>
    private void Start(Track track, long stamped, bool isJump)
    {
        track.Restart();
        if (_slots.Newest is null)
        {
            _slots.Begin(stamped);
            _latest = stamped;
        }
        else if (_slots.Newest.Number == 1 && track == _video && !isJump)
        {
            _audio.DropBefore(stamped); // nothing has been shown yet: begin with the picture
            _slots.Newest.Start = stamped;
        }
        else if (_slots.Newest.Number > 1 && stamped > _slots.Newest.Start)
        {
            Cut(stamped, isJump);
        }

        _slots.Enter(track);
    }

    /// <summary>Ends what came before in the track, so that a clock and a configuration of its own can begin.</summary>
    /// <returns>False if the stream has broken too often of late.</returns>
    private bool TryBreak(Track track, long dts, long stamped, bool isJump)
    {
        bool needsCut = track.Slot == _slots.Newest && (track.OpenSamples > 0 || !_slots.Newest!.IsDiscontinuous);
        if (needsCut && !_breaks.TryTake())
        {
            return false;
        }

        if (!isJump && track.OpenSamples > 0)
        {
            _ = track.TryPlace(dts, out _); // time goes on: the last sample lasts until here
        }

        if (needsCut)
        {
            Cut(stamped, isDiscontinuous: true);
        }

        _slots.MoveOn(track, _slots.Newest!);
        _slots.Newest!.Start = Math.Min(_slots.Newest.Start, stamped);
        if (!_slots.Newest.IsDiscontinuous)
        {
            _slots.Newest.IsDiscontinuous = true; // it lagged: the slot is not in a playlist yet
            _counters.CountDiscontinuity();
        }

        track.Restart();
        return true;
    }

    /// <summary>Takes a track over a jump that another track was the first to make.</summary>
    private void FollowBreak(Track track, long stamped)
    {
        Slot? broken = track.Slot!.Next;
        while (broken is { IsDiscontinuous: false })
        {
            broken = broken.Next;
        }

        if (broken is not null && stamped >= broken.Start && stamped - track.EndTime > LeastJump)
        {
            _slots.MoveOn(track, broken);
            track.Restart();
        }
    }

    private void DecideCut(Track track, MediaFrame frame, long time)
    {
        long elapsed = time - _slots.Newest!.Start;
        if (track == _video)
        {
            bool isRandomAccess = frame.Is(FrameTraits.RandomAccess);
            bool isFirst = _video.OpenSamples == 0;
            long group = isRandomAccess && !isFirst ? Math.Max(1, time - _lastRandomAccess) : 0;
            if (!isFirst && _rules.IsDue(elapsed, _video.Interval, group) && elapsed <= _rules.Limit)
            {
                Cut(time, isDiscontinuous: false);
                return;
            }
        }
        else if (!ExpectsVideo(time))
        {
            _rules.SettleWithoutVideo();
            if (elapsed <= _rules.Limit)
            {
                if (_rules.IsDueWithoutVideo(elapsed))
                {
                    Cut(time, isDiscontinuous: false);
                }

                return;
            }
        }
        else if (elapsed <= _rules.Target + Interleaving)
        {
            return;
        }

        if (elapsed > _rules.Limit + Math.Max(LeastJump, _rules.Target))
        {
            Cut(time, isDiscontinuous: true); // tracks whose times have nothing to do with each other
        }

        _slots.CatchUpWith(time); // a pause, or video that stays away
        if (IsOverfull())
        {
            _rules.Settle();
            Cut(time, isDiscontinuous: false);
        }
    }

    private bool ExpectsVideo(long time) => _video.Slot is not null || (_video.IsConfigured && time - _slots.Newest!.Start < PatienceForVideo);

    /// <summary>Whether the newest slot holds too much though media time hardly moves.</summary>
    private bool IsOverfull() =>
        _video.OpenSamples + _audio.OpenSamples > MaxOpenSamples
        || _video.OpenHeldBytes + _audio.OpenHeldBytes > _maxOpenBytes;

    private void Cut(long time, bool isDiscontinuous)
    {
        long end = isDiscontinuous ? Math.Min(time, _latest + _video.Interval) : time;
        _slots.CatchUpWith(end);
        _slots.Append(end, time, isDiscontinuous);
        _latest = isDiscontinuous ? time : _latest;
    }
}

namespace MediaServer.Hls;

/// <summary>Carries cuts out: the slots of a stream one behind the other, and the tracks that move from each into the next.</summary>
/// <param name="presentation">Where finished segments are shown.</param>
/// <param name="rules">How long a segment may be.</param>
/// <param name="maxBytes">Bytes that finished segments may hold before tracks that lag are given up.</param>
/// <param name="timeProvider">The wall clock that media time is mapped to.</param>
/// <param name="counters">What is counted.</param>
internal sealed class SlotChain(
    Presentation presentation, CutRules rules, long maxBytes, TimeProvider timeProvider, HlsCounters counters)
{
    /// <summary>How many slots a track may lag.</summary>
    private const int MaxLagSlots = 8;

    private readonly List<Track> _tracks = []; // by index

    /// <summary>The slot that is open to its end; null before the first sample.</summary>
    public Slot? Newest { get; private set; }

    /// <summary>Opens the first slot.</summary>
    public void Begin(long time) => Open(new Slot(1, time, new WallClock(timeProvider.GetUtcNow(), time)));

    /// <summary>Lets a track begin, in the newest slot.</summary>
    public void Enter(Track track)
    {
        track.Slot = Newest;
        track.LastSealed = Newest!.Number - 1;
        _tracks.Add(track);
        _tracks.Sort((left, right) => left.Index.CompareTo(right.Index));
    }

    /// <summary>Cuts wherever the newest slot would get too long until a time.</summary>
    public void CatchUpWith(long time)
    {
        while (time - Newest!.Start > rules.Limit)
        {
            rules.Settle();
            long cut = Newest.Start + rules.Target;
            Append(cut, cut, isDiscontinuous: false);
        }
    }

    /// <summary>Ends the newest slot and appends another, which at a discontinuity begins at another time.</summary>
    public void Append(long end, long start, bool isDiscontinuous)
    {
        Slot previous = Newest!;
        previous.End = Math.Max(previous.Start, end);
        foreach (Track track in _tracks)
        {
            bool lagsTooFar = previous.Number - track.Slot!.Number >= MaxLagSlots || presentation.HeldBytes > maxBytes;
            if (lagsTooFar || !track.IsAlive)
            {
                GiveUp(track);
            }

            track.IsAlive = false;
        }

        WallClock clock = isDiscontinuous ? new WallClock(timeProvider.GetUtcNow(), start) : previous.Clock;
        var slot = new Slot(previous.Number + 1, start, clock) { IsDiscontinuous = isDiscontinuous };
        Open(slot);
        previous.Next = slot;
        if (isDiscontinuous)
        {
            rules.Settle();
            counters.CountDiscontinuity();
        }

        foreach (Track track in _tracks.Where(track => track.OpenSamples > 0))
        {
            CloseReached(track, track.LastTicks);
        }
    }

    /// <summary>Finishes those slots that a track's next sample lies behind.</summary>
    public void CloseReached(Track track, long ticks)
    {
        while (track.Slot!.Next is { } next && ticks >= track.ToTicks(next.Start))
        {
            Close(track, track.ToTicks(next.Start));
        }
    }

    /// <summary>Moves a track on to a slot with all that it has.</summary>
    public void MoveOn(Track track, Slot slot)
    {
        while (track.Slot != slot)
        {
            Close(track, long.MaxValue);
        }
    }

    /// <summary>Makes a segment of what the track has before a place, and moves it on to the next slot.</summary>
    public void Close(Track track, long untilTicks)
    {
        Seal(track, untilTicks);
        track.Slot = track.Slot!.Next;
        presentation.Update(_tracks, rules.TargetSeconds);
    }

    /// <summary>Makes the last segments of what is open.</summary>
    public void Complete(long time)
    {
        if (Newest is null)
        {
            return;
        }

        CatchUpWith(time);
        Newest.End = Math.Max(time, Newest.Start);
        foreach (Track track in _tracks)
        {
            MoveOn(track, Newest);
            if (track.OpenSamples > 0)
            {
                Seal(track, long.MaxValue);
            }
        }

        presentation.Complete(_tracks, rules.TargetSeconds);
    }

    private void Open(Slot slot)
    {
        Newest = slot;
        presentation.Open(slot);
    }

    /// <summary>A track from which nothing comes does not hold the others up.</summary>
    private void GiveUp(Track track)
    {
        while (track.Slot!.Next is { } next)
        {
            track.StretchTo(next.Start);
            Close(track, long.MaxValue);
        }
    }

    private void Seal(Track track, long untilTicks)
    {
        Slot slot = track.Slot!;
        MediaSegment? segment = track.Take((uint)slot.Number, untilTicks, rules.Limit);
        track.LastSealed = slot.Number;
        if (segment is not null)
        {
            rules.Settle();
            track.Bandwidth.Add(segment, rules.TargetSeconds);
            counters.CountSegment(segment.IsIndependent);
            presentation.Add(slot, track, segment);
        }
    }
}

using System.Runtime.InteropServices;
using MediaServer.Media;

namespace MediaServer.Hls;

/// <summary>
/// One CMAF track while it is segmented: its clock, and the samples that are not yet in a finished segment. Decoding times have no hole and
/// no overlap: each sample begins where the one before it ends (Apple 7.3), except behind a discontinuity or a gap.
/// </summary>
internal abstract class Track(string name, int index, MediaCodec codec)
{
    /// <summary>How many tracks a stream has: video is 0, audio is 1.</summary>
    public const int Count = 2;

    /// <summary>What a gap in time has to leave over at a cut for the last sample to be cut off there.</summary>
    private const long LongestOverhang = MediaClock.Second / 2;

    private readonly List<Sample> _open = [];
    private TrackFormat? _nextFormat;
    private int _formats;

    public string Name { get; } = name;

    public int Index { get; } = index;

    public MediaCodec Codec { get; } = codec;

    /// <summary>How its samples are coded; null until its first one.</summary>
    public TrackFormat? Format { get; private set; }

    /// <summary>Whether a sequence header that can be used has come.</summary>
    public bool IsConfigured => Format is not null || _nextFormat is not null;

    /// <summary>Whether the next sample belongs to another configuration than the last.</summary>
    public bool HasNewFormat => Format is not null && _nextFormat is not null;

    /// <summary>The slot that it is filling; null until its first sample.</summary>
    public Slot? Slot { get; set; }

    /// <summary>Number of the last slot that it has finished with.</summary>
    public long LastSealed { get; set; }

    /// <summary>Whether a sample has come since the newest slot began.</summary>
    public bool IsAlive { get; set; }

    public int OpenSamples => _open.Count;

    public long LastTicks => _open.Count > 0 ? _open[^1].Ticks : 0;

    /// <summary>Media time at which its last sample ends.</summary>
    public long EndTime => ToTime(EndTicks);

    public long OpenHeldBytes { get; private set; }

    /// <summary>Bits a second of the worst segment so far, and of all.</summary>
    public BandwidthMeter Bandwidth { get; } = new();

    /// <summary>The track's ticks at which the last sample ends.</summary>
    protected long EndTicks { get; private set; }

    /// <summary>Whether the clock runs on from the last sample; otherwise the next one's timestamp sets it.</summary>
    protected bool IsAnchored { get; private set; }

    public long ToTicks(long time) => (long)((Int128)time * Format!.Timescale / MediaClock.Second);

    public long ToTime(long ticks) => (long)((Int128)ticks * MediaClock.Second / Format!.Timescale);

    /// <summary>Takes a sequence header. One that repeats the last is no news.</summary>
    /// <returns>Whether it can be used.</returns>
    public bool TryConfigure(MediaFrame header)
    {
        TrackFormat? latest = _nextFormat ?? Format;
        if (latest is not null && latest.Header.HasSamePayload(header))
        {
            return true;
        }

        if (!TrackFormat.TryRead(header, _formats + 1, out TrackFormat? format))
        {
            return false;
        }

        _formats++;

        _nextFormat = Format is not null && Format.Header.HasSamePayload(header) ? null : format;
        return true;
    }

    /// <summary>Lets the next sample begin a clock of its own, with the latest configuration. No samples are open.</summary>
    public void Restart()
    {
        Format = _nextFormat ?? Format;
        _nextFormat = null;
        IsAnchored = false;
    }

    /// <summary>Finds where in the track a sample of that time begins, and so where the last one ends.</summary>
    /// <returns>False if it has to be left out, because the track is ahead of its timestamps.</returns>
    public bool TryPlace(long dts, out long ticks)
    {
        long stamped = ToTicks(MediaClock.FromMilliseconds(dts));
        if (!IsAnchored)
        {
            IsAnchored = true;
            EndTicks = stamped;
        }

        return TryPlace(dts, stamped, out ticks);
    }

    /// <summary>Adds a sample and takes over the reference to its frame.</summary>
    public void Append(MediaFrame frame, long ticks)
    {
        long duration = GetExpectedDuration();
        _open.Add(new Sample(frame, ticks, duration));
        EndTicks = ticks + duration;
        IsAnchored = true;
        OpenHeldBytes += MediaSegment.HeldBytesOf(frame);
    }

    /// <summary>Leaves out the open samples that begin before a time.</summary>
    public void DropBefore(long time)
    {
        int count = _open.Count > 0 ? CountBefore(ToTicks(time)) : 0;
        foreach (Sample sample in _open[..count])
        {
            Forget(sample);
            sample.Frame.Release();
        }

        _open.RemoveRange(0, count);
        IsAnchored &= _open.Count > 0;
    }

    /// <summary>Lets the last open sample last until a time: nothing more is to come before it.</summary>
    public void StretchTo(long time)
    {
        if (_open.Count > 0)
        {
            _ = TryEndLastAt(Math.Max(ToTicks(time), LastTicks + 1));
        }
    }

    /// <summary>Where a sample begins that the cuts before it may have moved: right behind the last segment, if the clock runs on.</summary>
    public long AfterCuts(long ticks) => _open.Count == 0 && IsAnchored ? EndTicks : ticks;

    /// <summary>Ticks from the first open sample to the given place.</summary>
    public long OpenTicksUntil(long ticks) => _open.Count > 0 ? ticks - _open[0].Ticks : 0;

    /// <summary>Makes a segment of the open samples that begin before the given place.</summary>
    /// <returns>The segment; null if there are none, and the clock begins anew then.</returns>
    /// <param name="sequenceNumber">The segment's number.</param>
    /// <param name="untilTicks">The place.</param>
    /// <param name="limit">Media time that the segment may last: a pause behind its last sample is cut off.</param>
    public MediaSegment? Take(uint sequenceNumber, long untilTicks, long limit)
    {
        int count = CountBefore(untilTicks);
        if (count == 0)
        {
            IsAnchored &= _open.Count > 0;
            return null;
        }

        CutOverhang(count, untilTicks, _open[0].Ticks + ToTicks(limit));

        ReadOnlySpan<Sample> samples = CollectionsMarshal.AsSpan(_open)[..count];
        MediaFrame[] frames = new MediaFrame[count];
        CmafSample[] described = new CmafSample[count];
        long start = samples[0].Ticks;
        long end = samples[^1].Ticks + samples[^1].Duration;
        for (int i = 0; i < count; i++)
        {
            Forget(samples[i]);
            frames[i] = samples[i].Frame;
            described[i] = Describe(samples[i]);
        }

        byte[] header = CmafFragment.WriteHeader(sequenceNumber, start, described);
        _open.RemoveRange(0, count);
        return new MediaSegment(Format!, header, frames)
        {
            Seconds = (double)(end - start) / Format!.Timescale,
            PresentationStart = ToTime(Math.Max(0, start + described[0].CompositionOffset)),
            IsIndependent = described[0].Traits.HasFlag(FrameTraits.RandomAccess) && !HasLeadingPictures(described),
        };
    }

    /// <summary>Gives the open samples' frames back.</summary>
    public void Clear()
    {
        foreach (Sample sample in _open)
        {
            sample.Frame.Release();
        }

        _open.Clear();
        OpenHeldBytes = 0;
    }

    /// <inheritdoc cref="TryPlace(long, out long)"/>
    /// <param name="dts">In milliseconds.</param>
    /// <param name="stampedTicks">The same in the track's ticks.</param>
    /// <param name="ticks">Where it begins.</param>
    protected abstract bool TryPlace(long dts, long stampedTicks, out long ticks);

    /// <summary>How long a sample lasts as long as nothing else is known of it.</summary>
    protected abstract long GetExpectedDuration();

    /// <summary>Whether a player can begin with the sample.</summary>
    protected abstract FrameTraits TraitsOf(MediaFrame frame);

    /// <summary>Moves the end of the last open sample.</summary>
    /// <returns>False if there is none, or nothing would be left of it.</returns>
    protected bool TryEndLastAt(long ticks)
    {
        if (_open.Count == 0 || ticks <= LastTicks)
        {
            return false;
        }

        _open[^1] = _open[^1] with { Duration = ticks - LastTicks };
        EndTicks = ticks;
        return true;
    }

    /// <summary>Cuts a pause in two that goes on far behind a segment's end: the sample behind it begins early instead.</summary>
    private void CutOverhang(int count, long untilTicks, long mostTicks)
    {
        Sample last = _open[count - 1];
        long end = last.Ticks + last.Duration;
        if (end <= mostTicks && end - untilTicks <= ToTicks(LongestOverhang))
        {
            return;
        }

        long cut = Math.Max(last.Ticks + 1, Math.Min(untilTicks, mostTicks));
        _open[count - 1] = last with { Duration = cut - last.Ticks };
        if (count == _open.Count)
        {
            EndTicks = cut;
        }
        else
        {
            Sample next = _open[count];
            _open[count] = next with { Ticks = cut, Duration = next.Ticks + next.Duration - cut };
        }
    }

    private int CountBefore(long ticks)
    {
        int count = _open.Count;
        while (count > 0 && _open[count - 1].Ticks >= ticks)
        {
            count--;
        }

        return count;
    }

    /// <summary>Whether a picture is shown before the first one of its segment: it may refer to the segment before (an open GOP).</summary>
    private static bool HasLeadingPictures(ReadOnlySpan<CmafSample> samples)
    {
        long decoding = 0;
        foreach (CmafSample sample in samples)
        {
            if (decoding + sample.CompositionOffset < samples[0].CompositionOffset)
            {
                return true;
            }

            decoding += sample.Duration;
        }

        return false;
    }

    private void Forget(in Sample sample) => OpenHeldBytes -= MediaSegment.HeldBytesOf(sample.Frame);

    private CmafSample Describe(in Sample sample)
    {
        long composition = ToTicks(sample.Frame.CompositionOffset * MediaClock.Millisecond);
        return new CmafSample(
            sample.Frame.LengthBytes - sample.Frame.DataOffset,
            (uint)sample.Duration,
            (int)Math.Max(composition, -sample.Ticks), // nothing is presented before time 0
            TraitsOf(sample.Frame));
    }

    private readonly record struct Sample(MediaFrame Frame, long Ticks, long Duration);
}

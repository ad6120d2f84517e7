using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>How much may lie between a frame and the newest, both included.</summary>
/// <param name="Frames">Frames.</param>
/// <param name="Bytes">Payload bytes.</param>
/// <param name="Ticks">Wall-clock time between their arrivals, in units of <see cref="TimeProvider.GetTimestamp"/>.</param>
internal readonly record struct LogBound(long Frames, long Bytes, long Ticks)
{
    /// <summary>No bound.</summary>
    public static LogBound None { get; } = new(long.MaxValue, long.MaxValue, long.MaxValue);

    /// <summary>Half of it.</summary>
    public LogBound Half => new(Frames / 2, Bytes / 2, Ticks / 2);

    /// <summary>Whether the distance is over any of the three.</summary>
    public bool IsExceeded(MediaFrame oldest, MediaFrame newest) =>
        FramesBetween(oldest, newest) > Frames || BytesBetween(oldest, newest) > Bytes || newest.ReceivedAt - oldest.ReceivedAt > Ticks;

    /// <summary>The distance as a share of the bound, the worst of the three; 1 is full, and it goes no further.</summary>
    public double GetFill(MediaFrame oldest, MediaFrame newest)
    {
        double frames = (double)FramesBetween(oldest, newest) / Frames;
        double bytes = (double)BytesBetween(oldest, newest) / Bytes;
        double time = (double)(newest.ReceivedAt - oldest.ReceivedAt) / Ticks;
        return Math.Clamp(Math.Max(Math.Max(frames, bytes), time), 0, 1);
    }

    /// <summary>The lower of the two, in each of the three.</summary>
    public LogBound Min(LogBound other) =>
        new(Math.Min(Frames, other.Frames), Math.Min(Bytes, other.Bytes), Math.Min(Ticks, other.Ticks));

    /// <summary>The most that is less than a share of it: exceeded from exactly that share on.</summary>
    public LogBound Below(double share)
    {
        long BelowShare(long all) => (long)Math.Ceiling(all * share) - 1;
        return new LogBound(BelowShare(Frames), BelowShare(Bytes), BelowShare(Ticks));
    }

    public static long FramesBetween(MediaFrame oldest, MediaFrame newest) => newest.Offset + 1 - oldest.Offset;

    public static long BytesBetween(MediaFrame oldest, MediaFrame newest) =>
        newest.Position.Bytes + newest.LengthBytes - oldest.Position.Bytes;
}

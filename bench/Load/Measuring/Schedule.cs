namespace MediaServer.Load;

/// <summary>When a run does what, in nanoseconds of the <see cref="Clock"/>. Everything is measured from <paramref name="Steady"/> to <paramref name="End"/>.</summary>
/// <param name="Start">The first client connects.</param>
/// <param name="Interval">Time from one client to the next.</param>
/// <param name="Steady">All have connected and settled.</param>
/// <param name="End">It is over.</param>
internal sealed record Schedule(long Start, long Interval, long Steady, long End)
{
    private static readonly TimeSpan Beginning = TimeSpan.FromMilliseconds(50);

    /// <summary>A run that begins now.</summary>
    public static Schedule Make(int clients, double clientsPerSecond, TimeSpan warm, TimeSpan window)
    {
        long start = Clock.Now + Beginning.ToNanoseconds();
        long interval = (long)(Clock.Second / clientsPerSecond);
        long steady = start + (clients * interval) + warm.ToNanoseconds();
        return new Schedule(start, interval, steady, steady + window.ToNanoseconds());
    }

    /// <summary>Whether what happens then is measured.</summary>
    public bool IsMeasured(long time) => time >= Steady && time < End;

    /// <summary>Seconds that are measured.</summary>
    public double WindowSeconds => (End - Steady) / (double)Clock.Second;
}

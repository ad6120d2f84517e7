namespace MediaServer.Transport;

/// <summary>Measures which share of its time a loop is at work, over windows of about a second.</summary>
/// <remarks>Written by the loop, read by anybody; a value may be a second old.</remarks>
internal sealed class LoadMeter(TimeProvider time)
{
    private readonly long _window = time.TimestampFrequency;
    private long _windowStart = time.GetTimestamp();
    private long _asleepInWindow;
    private long _asleepSince = long.MaxValue;
    private double _load;

    /// <summary>0 to 1.</summary>
    public double Load => time.GetTimestamp() - Volatile.Read(ref _asleepSince) > _window ? 0 : Volatile.Read(ref _load);

    /// <summary>The loop goes to sleep.</summary>
    public void Sleep() => Volatile.Write(ref _asleepSince, time.GetTimestamp());

    /// <summary>The loop is awake again.</summary>
    public void Wake()
    {
        long now = time.GetTimestamp();
        _asleepInWindow += now - _asleepSince;
        Volatile.Write(ref _asleepSince, long.MaxValue);
        if (now - _windowStart >= _window)
        {
            Volatile.Write(ref _load, 1 - ((double)_asleepInWindow / (now - _windowStart)));
            _windowStart = now;
            _asleepInWindow = 0;
        }
    }
}

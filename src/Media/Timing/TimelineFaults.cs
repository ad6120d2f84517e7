namespace MediaServer.Media;

/// <summary>How often each <see cref="TimelineFault"/> occurred. Counted by one publisher at a time; anybody may read.</summary>
public sealed class TimelineFaults
{
    private readonly long[] _counts = new long[Enum.GetValues<TimelineFault>().Length];

    /// <summary>How often one of them occurred.</summary>
    public long this[TimelineFault fault] => Volatile.Read(ref _counts[(int)fault]);

    /// <summary>Adds what another has counted.</summary>
    public void Add(TimelineFaults other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (int fault = 0; fault < _counts.Length; fault++)
        {
            _counts[fault] += Volatile.Read(ref other._counts[fault]);
        }
    }

    internal void Count(TimelineFault fault) => Volatile.Write(ref _counts[(int)fault], _counts[(int)fault] + 1);
}

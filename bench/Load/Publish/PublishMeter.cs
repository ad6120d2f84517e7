namespace MediaServer.Load;

/// <summary>What all publishers have in common. Written by their loop; its counters may be read by anybody.</summary>
internal sealed class PublishMeter
{
    private long _bytes;
    private int _live;

    /// <summary>How late frames were sent, against the clip's own time.</summary>
    public Distribution Lateness { get; private set; } = new();

    /// <summary>Bytes sent, ever.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Publishers that the server has taken.</summary>
    public int Live => Volatile.Read(ref _live);

    /// <summary>Frames written while it counted.</summary>
    public long Frames { get; private set; }

    /// <summary>Bytes sent before it counted.</summary>
    public long BytesBefore { get; private set; }

    /// <summary>Bytes that one publisher had waiting at most: above a frame or two, the server reads too slowly.</summary>
    public int LongestBacklog { get; private set; }

    /// <summary>From now on it counts.</summary>
    public void Begin()
    {
        Lateness = new Distribution();
        Frames = 0;
        LongestBacklog = 0;
        BytesBefore = Bytes;
    }

    public void CountBytes(int bytes) => Volatile.Write(ref _bytes, _bytes + bytes);

    public void CountLive() => Volatile.Write(ref _live, _live + 1);

    public void CountFrame(int backlog)
    {
        Frames++;
        LongestBacklog = Math.Max(LongestBacklog, backlog);
    }
}

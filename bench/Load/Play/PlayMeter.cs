namespace MediaServer.Load;

/// <summary>What the players of one loop have in common. Written by that loop; its counters may be read by anybody.</summary>
internal sealed class PlayMeter
{
    private long _bytes;
    private int _live;

    /// <summary>From connecting to the first key frame, of all players.</summary>
    public Distribution FirstKeyFrame { get; } = new();

    /// <summary>From a frame's stamp to a probe.</summary>
    public Distribution VideoLatency { get; } = new();

    /// <inheritdoc cref="VideoLatency"/>
    public Distribution AudioLatency { get; } = new();

    /// <summary>From one video frame to the next at a probe.</summary>
    public Distribution VideoGap { get; } = new();

    /// <summary>Bytes received, ever.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Players that got media.</summary>
    public int Live => Volatile.Read(ref _live);

    public void CountBytes(int bytes) => Volatile.Write(ref _bytes, _bytes + bytes);

    public void CountLive() => Volatile.Write(ref _live, _live + 1);
}

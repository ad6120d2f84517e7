namespace MediaServer.Hls;

/// <summary>Measures what a track needs, for BANDWIDTH and AVERAGE-BANDWIDTH (RFC 8216 §4.3.4.2).</summary>
internal sealed class BandwidthMeter
{
    private double _peak;
    private double _bits;
    private double _seconds;

    public long Average => _seconds > 0 ? (long)Math.Ceiling(_bits / _seconds) : 0;

    public long Peak => Math.Max((long)Math.Ceiling(_peak), Average);

    /// <param name="segment">The segment.</param>
    /// <param name="targetSeconds">The target duration: shorter than half of it, a segment's rate says nothing (§4.1).</param>
    public void Add(MediaSegment segment, int targetSeconds)
    {
        double bits = segment.LengthBytes * 8.0;
        _bits += bits;
        _seconds += segment.Seconds;
        if (segment.Seconds * 2 >= targetSeconds)
        {
            _peak = Math.Max(_peak, bits / segment.Seconds);
        }
    }
}

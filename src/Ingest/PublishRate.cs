namespace MediaServer.Ingest;

/// <summary>Measures what a publisher sends against what it may, over spans of five seconds: a key frame is no breach, a stream is.</summary>
/// <param name="limit">Bits a second; 0 for no limit.</param>
/// <param name="time">The clock.</param>
/// <param name="received">Bytes received so far.</param>
internal sealed class PublishRate(long limit, TimeProvider time, long received)
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(5);

    private long _spanStart = time.GetTimestamp();
    private long _receivedBefore = received;

    /// <summary>Looks at the bytes received by now.</summary>
    /// <param name="received">Bytes received so far.</param>
    /// <param name="now">The timestamp of this moment.</param>
    /// <returns>Whether they came faster than they may.</returns>
    public bool IsExceeded(long received, long now)
    {
        if (limit == 0)
        {
            return false;
        }

        long bits = (received - _receivedBefore) * 8;
        TimeSpan elapsed = time.GetElapsedTime(_spanStart, now);
        if (elapsed < Span)
        {
            return bits > limit * Span.TotalSeconds; // more than the whole span may bring: no need to wait for its end
        }

        _spanStart = now;
        _receivedBefore = received;
        return bits > limit * elapsed.TotalSeconds;
    }
}

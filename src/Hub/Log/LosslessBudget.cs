namespace MediaServer.Hub;

/// <summary>What the logs of all streams keep for lossless subscriptions that are behind. Thread-safe.</summary>
/// <param name="totalBytes">How much that may be.</param>
internal sealed class LosslessBudget(long totalBytes)
{
    private long _bytes;
    private int _holds;

    /// <summary>How much it is.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public void Join() => Interlocked.Increment(ref _holds);

    public void Leave() => Interlocked.Decrement(ref _holds);

    public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);

    /// <summary>Whether it is too much in all, and somebody with this backlog has more of it than the average: who keeps up pays for nobody.</summary>
    public bool IsExceededBy(long backlogBytes) => Bytes is var bytes && bytes > totalBytes && backlogBytes > bytes / Math.Max(Volatile.Read(ref _holds), 1);
}

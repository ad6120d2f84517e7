namespace MediaServer.Hub;

/// <summary>A stream that waits for its publisher, until its time is over.</summary>
internal sealed class ResumeWait : IDisposable
{
    private readonly ITimer _timer;

    public ResumeWait(StreamTopic topic, TimeProvider timeProvider, TimeSpan window, Action<ResumeWait> isOver)
    {
        Topic = topic;
        _timer = timeProvider.CreateTimer(_ => isOver(this), null, window, Timeout.InfiniteTimeSpan);
    }

    public StreamTopic Topic { get; }

    public void Dispose() => _timer.Dispose();
}

using MediaServer.Hub;

namespace MediaServer.Server.Metrics;

/// <summary>The hub at one moment, taken once for all the instruments of one reading.</summary>
internal sealed class HubSnapshots(StreamHub hub, TimeProvider time)
{
    private static readonly TimeSpan Age = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private HubSnapshot? _current;
    private long _takenAt;

    /// <summary>A snapshot no older than a tenth of a second.</summary>
    public HubSnapshot Current
    {
        get
        {
            lock (_lock)
            {
                if (_current is null || time.GetElapsedTime(_takenAt) > Age)
                {
                    _current = HubSnapshot.Take(hub);
                    _takenAt = time.GetTimestamp();
                }

                return _current;
            }
        }
    }
}

/// <summary>Sums over all streams.</summary>
/// <param name="Streams">Streams that are live or wait for their publisher.</param>
/// <param name="WaitingStreams">Those of them that wait.</param>
/// <param name="Traffic">What went in and what became of it, ended streams included.</param>
/// <param name="Subscribers">Subscribers by kind.</param>
/// <param name="LogBytes">Memory held by the logs.</param>
/// <param name="MaxFill">How far the worst subscriber lags, as a share of what it may.</param>
/// <param name="MeanFill">The same on average.</param>
internal sealed record HubSnapshot(
    int Streams,
    int WaitingStreams,
    TrafficCounters Traffic,
    IReadOnlyDictionary<string, int> Subscribers,
    long LogBytes,
    double MaxFill,
    double MeanFill)
{
    public static HubSnapshot Take(StreamHub hub)
    {
        IReadOnlyCollection<StreamTopic> streams = hub.Topics;
        TopicStatistics[] topics = [.. streams.Select(topic => topic.GetStatistics())];
        int settled = topics.Sum(topic => topic.SettledSubscribers);
        return new HubSnapshot(
            topics.Length,
            streams.Count(topic => topic.State == TopicState.Waiting),
            hub.GetTotals(),
            topics.SelectMany(topic => topic.Subscribers).GroupBy(kind => kind.Key, kind => kind.Value).ToDictionary(kind => kind.Key, kind => kind.Sum()),
            topics.Sum(topic => topic.LogBytes),
            topics.Select(topic => topic.MaxFill).DefaultIfEmpty().Max(),
            settled > 0 ? topics.Sum(topic => topic.SumOfFills) / settled : 0);
    }
}

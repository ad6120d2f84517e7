using MediaServer.Hub;

namespace MediaServer.Server.Metrics;

/// <summary>The hub at one moment.</summary>
/// <param name="Streams">The streams that are live or wait for their publisher.</param>
/// <param name="Named">Those of them that have series of their own.</param>
/// <param name="Traffic">What went in and what became of it, ended streams included.</param>
internal sealed record HubSnapshot(IReadOnlyList<StreamSnapshot> Streams, IReadOnlyList<StreamSnapshot> Named, TrafficCounters Traffic)
{
    /// <summary>Streams that wait for their publisher.</summary>
    public int WaitingStreams { get; } = Streams.Count(stream => stream.Topic.State == TopicState.Waiting);

    /// <summary>Subscribers by kind.</summary>
    public IReadOnlyDictionary<string, int> Subscribers { get; } = Streams
        .SelectMany(stream => stream.Statistics.Subscribers)
        .GroupBy(kind => kind.Key, kind => kind.Value)
        .ToDictionary(kind => kind.Key, kind => kind.Sum());

    /// <summary>How far all of them lag.</summary>
    public LagSummary Lag { get; } = Streams.Aggregate(default(LagSummary), (sum, stream) => sum.With(stream.Lag));

    /// <summary>How full they are.</summary>
    public MaxAndMean Fill { get; } = new(
        Streams.Select(stream => stream.Statistics.MaxFill).DefaultIfEmpty().Max(),
        Streams.Sum(stream => stream.Statistics.SettledSubscribers) is > 0 and int settled
            ? Streams.Sum(stream => stream.Statistics.SumOfFills) / settled
            : 0);

    /// <summary>Memory held by the logs.</summary>
    public long LogBytes { get; } = Streams.Sum(stream => stream.Statistics.LogBytes);

    /// <summary>Subscribers in a state.</summary>
    public int CountIn(SubscriptionState state) => Streams.Sum(stream => stream.Statistics.States[state]);
}

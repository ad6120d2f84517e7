using MediaServer.Hub;

namespace MediaServer.Server.Metrics;

/// <summary>One stream at one moment.</summary>
/// <param name="Topic">The stream.</param>
/// <param name="Statistics">Its numbers.</param>
internal sealed record StreamSnapshot(StreamTopic Topic, TopicStatistics Statistics)
{
    public static StreamSnapshot Take(StreamTopic topic) => new(topic, topic.GetStatistics());

    /// <summary>What became of its frames.</summary>
    public DeliveryCounters Delivery => Statistics.Traffic.Delivery;

    /// <summary>How full its subscribers are.</summary>
    public MaxAndMean Fill =>
        new(Statistics.MaxFill, Statistics.SettledSubscribers > 0 ? Statistics.SumOfFills / Statistics.SettledSubscribers : 0);

    /// <summary>How far they lag.</summary>
    public LagSummary Lag => LagSummary.Of(Statistics);
}

using MediaServer.Hub;

namespace MediaServer.Server.Metrics;

/// <summary>How far subscribers are behind the newest frame: the one that is furthest, and all on average.</summary>
/// <param name="Max">The longest lag of any, in frames, in bytes and in time.</param>
/// <param name="Sum">All lags together.</param>
/// <param name="Subscribers">How many there are.</param>
internal readonly record struct LagSummary(SubscriptionLag Max, SubscriptionLag Sum, int Subscribers)
{
    /// <summary>In frames.</summary>
    public MaxAndMean Frames => new(Max.Frames, Mean(Sum.Frames));

    /// <summary>In bytes of payload.</summary>
    public MaxAndMean Bytes => new(Max.Bytes, Mean(Sum.Bytes));

    /// <summary>In seconds.</summary>
    public MaxAndMean Seconds => new(Max.Time.TotalSeconds, Mean(Sum.Time.TotalSeconds));

    public static LagSummary Of(TopicStatistics topic) => new(topic.MaxLag, topic.SumOfLags, topic.Subscribers.Values.Sum());

    /// <summary>Of the subscribers of two together.</summary>
    public LagSummary With(LagSummary other) =>
        new(SubscriptionLag.Max(Max, other.Max), SubscriptionLag.Add(Sum, other.Sum), Subscribers + other.Subscribers);

    private double Mean(double sum) => Subscribers > 0 ? sum / Subscribers : 0;
}

/// <summary>The largest of many numbers, and their mean.</summary>
internal readonly record struct MaxAndMean(double Max, double Mean);

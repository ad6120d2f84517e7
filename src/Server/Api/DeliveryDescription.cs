using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Server.Metrics;

namespace MediaServer.Server.Api;

/// <summary>Puts what became of frames into the API's words.</summary>
internal static class DeliveryDescription
{
    public static DeliveryAnswer Describe(DeliveryCounters delivery) => new(
        Describe(delivery.Delivered),
        Enum.GetValues<DropReason>()
            .Where(reason => delivery.GetDropped(reason).Total > 0)
            .ToDictionary(LabelWord.Of, reason => Describe(delivery.GetDropped(reason))),
        delivery.Overruns,
        Enum.GetValues<SubscriptionState>().ToDictionary(LabelWord.Of, delivery.GetTransitions),
        delivery.Swings,
        delivery.CutOffs,
        delivery.SendCalls,
        delivery.SentBytes,
        Describe(delivery.Latency));

    public static CountsAnswer Describe(KindCounts counts) => new(counts.Audio, counts.Video, counts.Data);

    public static LagAnswer Describe(SubscriptionLag lag) => new(lag.Frames, lag.Bytes, lag.Time.TotalSeconds);

    public static DurationsAnswer Describe(DurationHistogram durations)
    {
        long count = durations.Total;
        return new DurationsAnswer(
            count,
            count > 0 ? durations.Sum.TotalSeconds / count : null,
            durations.EstimatePercentile(0.50)?.TotalSeconds,
            durations.EstimatePercentile(0.95)?.TotalSeconds,
            durations.EstimatePercentile(0.99)?.TotalSeconds);
    }
}

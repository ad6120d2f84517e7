using System.Diagnostics.Metrics;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Playback;
using MediaServer.Server.Streams;

namespace MediaServer.Server.Metrics;

/// <summary>What is shown of all streams together: what comes in, and how it reaches subscribers.</summary>
internal static class HubMetrics
{
    private static readonly string[] KnownKinds = [PlayerKind.Rtmp, PlayerKind.HttpFlv, PlayerKind.WebSocketFlv, HlsAudience.Kind]; // shown as 0 when there are none

    public static void Observe(Meter meter, HubSnapshots hub)
    {
        ObserveStreams(meter, hub);
        ObserveSubscribers(meter, hub);
        ObserveFrames(meter, hub);
    }

    /// <summary>Writes what a meter cannot observe: histograms of durations that the hub counts anyway.</summary>
    public static void WriteHistograms(PrometheusWriter output, HubSnapshot hub)
    {
        output.BeginFamily("mediaserver_flush_delay_seconds", "histogram", "How long frames waited for others to be sent to players with.");
        output.WriteHistogram("", hub.Traffic.FlushDelays);
        output.BeginFamily("mediaserver_latency_seconds", "histogram", "From a live frame's arrival until the kernel had its last byte, over all players.");
        output.WriteHistogram("", hub.Traffic.Delivery.Latency);
    }

    private static void ObserveStreams(Meter meter, HubSnapshots hub)
    {
        meter.CreateObservableGauge("mediaserver.streams", () => hub.Current.Streams.Count, null, "Streams that are live or wait for their publisher.");
        meter.CreateObservableGauge(
            "mediaserver.streams_waiting", () => hub.Current.WaitingStreams, null, "Those of them that lost their publisher and wait for it.");
        meter.CreateObservableGauge(
            "mediaserver.streams_without_series",
            () => hub.Current.Streams.Count - hub.Current.Named.Count,
            null,
            "Those of them that are in the totals only, because there are too many (Metrics:MaxStreams).");
        meter.CreateObservableGauge(
            "mediaserver.publishers", () => hub.Current.Streams.Count - hub.Current.WaitingStreams, null, "Connections that publish a live stream.");
        meter.CreateObservableCounter(
            "mediaserver.timeline_faults",
            () => Labelled.ByEach<TimelineFault>("kind", fault => hub.Current.Traffic.TimelineFaults[fault]),
            null,
            "What publishers' timestamps did that a clock does not do, and was repaired, by kind.");
    }

    private static void ObserveSubscribers(Meter meter, HubSnapshots hub)
    {
        meter.CreateObservableGauge(
            "mediaserver.subscribers",
            () => KnownKinds.Union(hub.Current.Subscribers.Keys).Select(kind => Labelled.By(hub.Current.Subscribers.GetValueOrDefault(kind), "kind", kind)),
            null,
            "Readers of live streams by kind; one of kind hls serves all HLS viewers of its stream.");
        meter.CreateObservableGauge(
            "mediaserver.subscribers_in_state",
            () => Labelled.ByEach<SubscriptionState>("state", state => hub.Current.CountIn(state)),
            null,
            "Readers of live streams by state.");
        meter.CreateObservableCounter(
            "mediaserver.transitions",
            () => Labelled.ByEach<SubscriptionState>("state", hub.Current.Traffic.Delivery.GetTransitions),
            null,
            "Times a subscriber entered a state.");
        meter.CreateObservableCounter(
            "mediaserver.swings", () => hub.Current.Traffic.Delivery.Swings, null, "Times a subscriber left the normal state within a minute of its return.");
        meter.CreateObservableCounter("mediaserver.cut_offs", () => hub.Current.Traffic.Delivery.CutOffs, null, "Subscribers cut off by their policy, or because they took nothing for too long.");
        meter.CreateObservableGauge(
            "mediaserver.buffer_fill_ratio", () => Labelled.MaxAndMean(hub.Current.Fill), null, "How far subscribers lag, as a share of what they may.");
        meter.CreateObservableGauge("mediaserver.lag_frames", () => Labelled.MaxAndMean(hub.Current.Lag.Frames), null, "How many frames subscribers lag.");
        meter.CreateObservableGauge("mediaserver.lag_bytes", () => Labelled.MaxAndMean(hub.Current.Lag.Bytes), null, "How much payload subscribers lag.");
        meter.CreateObservableGauge("mediaserver.lag_seconds", () => Labelled.MaxAndMean(hub.Current.Lag.Seconds), null, "How long subscribers lag.");
    }

    private static void ObserveFrames(Meter meter, HubSnapshots hub)
    {
        meter.CreateObservableCounter("mediaserver.frames_in", () => Labelled.ByKind(hub.Current.Traffic.FramesIn), null, "Frames published.");
        meter.CreateObservableCounter("mediaserver.media_in", () => Labelled.ByKind(hub.Current.Traffic.BytesIn), "By", "Payload published.");
        meter.CreateObservableCounter(
            "mediaserver.frames_delivered",
            () => Labelled.ByKind(hub.Current.Traffic.Delivery.Delivered),
            null,
            "Frames delivered, over all subscribers.");
        meter.CreateObservableCounter(
            "mediaserver.frames_dropped",
            () => ByReasonAndKind(hub.Current.Traffic.Delivery),
            null,
            "Frames that subscribers passed without getting them, by reason and kind.");
        meter.CreateObservableCounter(
            "mediaserver.frames_injected", () => hub.Current.Traffic.Delivery.Injected, null, "Configuration sent again at a join or a jump.");
        meter.CreateObservableCounter(
            "mediaserver.overruns", () => hub.Current.Traffic.Delivery.Overruns, null, "Times a subscriber lagged too far and was moved forward.");
        meter.CreateObservableCounter(
            "mediaserver.no_keyframe_starts",
            () => hub.Current.Traffic.Delivery.NoKeyframeStarts,
            null,
            "Times video began without a random access point, because none came for 10 s and two groups of pictures.");
    }

    private static IEnumerable<Measurement<long>> ByReasonAndKind(DeliveryCounters delivery) =>
        from reason in Enum.GetValues<DropReason>()
        from kind in Enum.GetValues<MediaKind>()
        select new Measurement<long>(
            delivery.GetDropped(reason)[kind],
            new KeyValuePair<string, object?>("reason", LabelWord.Of(reason)),
            new KeyValuePair<string, object?>("kind", LabelWord.Of(kind)));
}

namespace MediaServer.Server.Metrics;

/// <summary>Writes the series of the streams that have some: a family after the other, and in it a stream after the other.</summary>
internal static class StreamSeries
{
    /// <summary>Every family of them.</summary>
    public static IReadOnlyList<StreamFamily> Families { get; } =
    [
        StreamFamily.CounterByKind("mediaserver_stream_frames_in_total", "Frames published.", stream => stream.Statistics.Traffic.FramesIn),
        StreamFamily.CounterByKind("mediaserver_stream_media_in_bytes_total", "Payload published.", stream => stream.Statistics.Traffic.BytesIn),
        StreamFamily.CounterByKind(
            "mediaserver_stream_frames_delivered_total", "Frames delivered, over all subscribers.", stream => stream.Delivery.Delivered),
        StreamFamily.Drops("mediaserver_stream_frames_dropped_total", "Frames that subscribers passed without getting them, by reason and kind."),
        StreamFamily.Subscribers("mediaserver_stream_subscribers", "Readers by kind; one of kind hls serves all HLS viewers."),
        StreamFamily.ByState(
            "mediaserver_stream_subscribers_in_state", "gauge", "Readers by state.", (stream, state) => stream.Statistics.States[state]),
        StreamFamily.ByState(
            "mediaserver_stream_transitions_total", "counter", "Times a reader entered a state.", (stream, state) => stream.Delivery.GetTransitions(state)),
        StreamFamily.Counter(
            "mediaserver_stream_swings_total", "Times a reader left the normal state within a minute of its return.", stream => stream.Delivery.Swings),
        StreamFamily.Counter("mediaserver_stream_cut_offs_total", "Readers cut off by their policy, or because they took nothing for too long.", stream => stream.Delivery.CutOffs),
        StreamFamily.Spread("mediaserver_stream_fill_ratio", "How far readers lag, as a share of what they may.", stream => stream.Fill),
        StreamFamily.Spread("mediaserver_stream_lag_frames", "How many frames readers lag.", stream => stream.Lag.Frames),
        StreamFamily.Spread("mediaserver_stream_lag_bytes", "How much payload readers lag.", stream => stream.Lag.Bytes),
        StreamFamily.Spread("mediaserver_stream_lag_seconds", "How long readers lag.", stream => stream.Lag.Seconds),
        StreamFamily.Counter("mediaserver_stream_send_calls_total", "System calls that sent to players.", stream => stream.Delivery.SendCalls),
        StreamFamily.Counter("mediaserver_stream_sent_bytes_total", "Bytes that they sent.", stream => stream.Delivery.SentBytes),
        StreamFamily.Histogram(
            "mediaserver_stream_flush_delay_seconds", "How long frames waited for others to be sent with.", stream => stream.Statistics.Traffic.FlushDelays),
        StreamFamily.Histogram(
            "mediaserver_stream_latency_seconds", "From a live frame's arrival until the kernel had its last byte.", stream => stream.Delivery.Latency),
    ];

    /// <summary>Writes them all.</summary>
    public static void Write(PrometheusWriter output, IReadOnlyList<StreamSnapshot> streams)
    {
        (string Label, StreamSnapshot Stream)[] named = [.. streams
            .Select(stream => (PrometheusLabel.Of("stream", stream.Topic.Key.ToString()), stream))
            .OrderBy(stream => stream.Item1, StringComparer.Ordinal)];
        foreach (StreamFamily family in Families)
        {
            output.BeginFamily(family.Name, family.Type, family.Help);
            foreach ((string label, StreamSnapshot stream) in named)
            {
                family.Write(output, label, stream);
            }
        }
    }
}

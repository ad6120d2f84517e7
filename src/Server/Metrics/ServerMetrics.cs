using System.Diagnostics.Metrics;
using MediaServer.Hub;
using MediaServer.Ingest;
using MediaServer.Media;
using MediaServer.Playback;
using MediaServer.Rtmp;
using MediaServer.Server.Logging;
using MediaServer.Server.Startup;
using MediaServer.Server.Streams;
using MediaServer.Transport;

namespace MediaServer.Server.Metrics;

/// <summary>
/// The server's instruments. All of them only look at counters that the parts keep anyway, and only when they are read: a frame costs nothing.
/// </summary>
internal sealed class ServerMetrics : IDisposable
{
    /// <summary>The meter of this server, whoever adds to it.</summary>
    public const string MeterName = "MediaServer";

    private static readonly string[] KnownKinds = [PlayerKind.Rtmp, PlayerKind.HttpFlv, HlsAudience.Kind]; // shown as 0 when there are none

    private readonly Meter _meter = new(MeterName);

    public ServerMetrics(
        StreamHub hub, SlabPool pool, TransportHost transport, IngestCounters ingest, HlsAudience audience, LogBacklog log, TimeProvider time)
    {
        var snapshots = new HubSnapshots(hub, time);
        ObserveProcess(log);
        ObserveStreams(snapshots);
        ObserveFrames(snapshots);
        ObserveTimelines(snapshots);
        ObserveMemory(snapshots, pool);
        ObserveConnections(transport, ingest, audience);
    }

    public void Dispose() => _meter.Dispose();

    private static Measurement<T> By<T>(T value, string label, string labelValue)
        where T : struct => new(value, new KeyValuePair<string, object?>(label, labelValue));

    private static IEnumerable<Measurement<long>> ByKind(KindCounts counts) =>
        Enum.GetValues<MediaKind>().Select(kind => By(counts[kind], "kind", LabelWord.Of(kind)));

    private void ObserveProcess(LogBacklog log)
    {
        _meter.CreateObservableGauge(
            "mediaserver.build_info", () => By(1, "version", ServerVersion.Text), null, "The version that runs; always 1.");
        _meter.CreateObservableCounter(
            "mediaserver.log_lines_dropped", () => log.DroppedLines, null, "Lines of the log that its output did not take in time.");
        _meter.CreateObservableCounter(
            "mediaserver.over_releases", () => MediaDiagnostics.OverReleases, null, "Times something was released more often than retained: a bug.");
    }

    private void ObserveStreams(HubSnapshots hub)
    {
        _meter.CreateObservableGauge("mediaserver.streams", () => hub.Current.Streams, null, "Streams that are live or wait for their publisher.");
        _meter.CreateObservableGauge(
            "mediaserver.streams_waiting", () => hub.Current.WaitingStreams, null, "Those of them that lost their publisher and wait for it.");
        _meter.CreateObservableGauge(
            "mediaserver.publishers", () => hub.Current.Streams - hub.Current.WaitingStreams, null, "Connections that publish a live stream.");
        _meter.CreateObservableGauge(
            "mediaserver.subscribers",
            () => KnownKinds.Union(hub.Current.Subscribers.Keys).Select(kind => By(hub.Current.Subscribers.GetValueOrDefault(kind), "kind", kind)),
            null,
            "Readers of live streams by kind; one of kind hls serves all HLS viewers of its stream.");
        _meter.CreateObservableGauge(
            "mediaserver.buffer_fill_ratio",
            () => new[] { By(hub.Current.MaxFill, "stat", "max"), By(hub.Current.MeanFill, "stat", "mean") },
            null,
            "How far subscribers lag, as a share of what they may: the worst one, and all on average.");
    }

    private void ObserveFrames(HubSnapshots hub)
    {
        _meter.CreateObservableCounter("mediaserver.frames_in", () => ByKind(hub.Current.Traffic.FramesIn), null, "Frames published.");
        _meter.CreateObservableCounter("mediaserver.media_in", () => ByKind(hub.Current.Traffic.BytesIn), "By", "Payload published.");
        _meter.CreateObservableCounter(
            "mediaserver.frames_delivered", () => ByKind(hub.Current.Traffic.Delivery.Delivered), null, "Frames delivered, over all subscribers.");
        _meter.CreateObservableCounter(
            "mediaserver.frames_dropped",
            () => Enum.GetValues<DropReason>().Select(reason => By(hub.Current.Traffic.Delivery.GetDropped(reason).Total, "reason", LabelWord.Of(reason))),
            null,
            "Frames that subscribers passed without getting them, by reason.");
        _meter.CreateObservableCounter(
            "mediaserver.frames_injected", () => hub.Current.Traffic.Delivery.Injected, null, "Configuration sent again at a join or a jump.");
        _meter.CreateObservableCounter(
            "mediaserver.overruns", () => hub.Current.Traffic.Delivery.Overruns, null, "Times a subscriber lagged too far and was moved forward.");
        _meter.CreateObservableCounter(
            "mediaserver.no_keyframe_starts",
            () => hub.Current.Traffic.Delivery.NoKeyframeStarts,
            null,
            "Times video began without a random access point, because none came for 10 s and two groups of pictures.");
    }

    private void ObserveTimelines(HubSnapshots hub) => _meter.CreateObservableCounter(
        "mediaserver.timeline_faults",
        () => Enum.GetValues<TimelineFault>().Select(fault => By(hub.Current.Traffic.TimelineFaults[fault], "kind", LabelWord.Of(fault))),
        null,
        "What publishers' timestamps did that a clock does not do, and was repaired, by kind.");

    private void ObserveMemory(HubSnapshots hub, SlabPool pool)
    {
        _meter.CreateObservableGauge("mediaserver.log", () => hub.Current.LogBytes, "By", "Memory that the streams' logs hold.");
        _meter.CreateObservableGauge("mediaserver.slabs_outstanding", () => pool.Outstanding, null, "Blocks of 64 KiB of media memory in use.");
        _meter.CreateObservableGauge("mediaserver.slabs_idle", () => pool.Idle, null, "Blocks of media memory that are kept ready.");
        _meter.CreateObservableCounter(
            "mediaserver.copied",
            () => Enum.GetValues<CopyReason>().Select(reason => By(MediaDiagnostics.CopiedBytes(reason), "reason", LabelWord.Of(reason))),
            "By",
            "Media bytes copied in user space, by reason.");
    }

    private void ObserveConnections(TransportHost transport, IngestCounters ingest, HlsAudience audience)
    {
        _meter.CreateObservableCounter("mediaserver.received", () => transport.BytesReceived, "By", "Bytes received on RTMP connections.");
        _meter.CreateObservableCounter("mediaserver.sent", () => transport.BytesSent, "By", "Bytes sent on RTMP connections.");
        _meter.CreateObservableCounter("mediaserver.send_calls", () => transport.SendCalls, null, "System calls that sent them.");
        _meter.CreateObservableGauge("mediaserver.hls_viewers", () => audience.Count(), null, "Players that asked for an HLS playlist lately.");
        _meter.CreateObservableGauge("mediaserver.rtmp_connections", () => ingest.Connections, null, "Open RTMP connections.");
        _meter.CreateObservableCounter(
            "mediaserver.ingest_refused",
            () => Enum.GetValues<RefusalReason>().Select(reason => By(ingest.Refused(reason), "reason", LabelWord.Of(reason))),
            null,
            "RTMP connections and requests that were refused, by reason.");
        _meter.CreateObservableCounter(
            "mediaserver.protocol_faults",
            () => Enum.GetValues<CloseReason>().Select(reason => By(ingest.ProtocolFaults(reason), "reason", LabelWord.Of(reason))),
            null,
            "RTMP connections closed because the peer broke the protocol, by reason.");
        _meter.CreateObservableCounter(
            "mediaserver.malformed_messages", () => ingest.MalformedMessages, null, "Media messages dropped because their headers made no sense.");
        _meter.CreateObservableCounter(
            "mediaserver.keyframe_mismatches", () => ingest.KeyFrameMismatches, null, "Video frames whose key frame flag and bitstream disagree.");
    }
}

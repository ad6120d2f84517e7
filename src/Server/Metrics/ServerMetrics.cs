using System.Diagnostics.Metrics;
using MediaServer.Ingest;
using MediaServer.Media;
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

    private readonly Meter _meter = new(MeterName);

    public ServerMetrics(
        HubSnapshots hub, SlabPool pool, TransportHost transport, IngestCounters ingest, HlsAudience audience, LogBacklog log)
    {
        ObserveProcess(log);
        HubMetrics.Observe(_meter, hub);
        ObserveMemory(hub, pool);
        ObserveConnections(transport, ingest, audience);
    }

    public void Dispose() => _meter.Dispose();

    private void ObserveProcess(LogBacklog log)
    {
        _meter.CreateObservableGauge(
            "mediaserver.build_info", () => Labelled.By(1, "version", ServerVersion.Text), null, "The version that runs; always 1.");
        _meter.CreateObservableCounter(
            "mediaserver.log_lines_dropped", () => log.DroppedLines, null, "Lines of the log that its output did not take in time.");
        _meter.CreateObservableCounter(
            "mediaserver.over_releases", () => MediaDiagnostics.OverReleases, null, "Times something was released more often than retained: a bug.");
    }

    private void ObserveMemory(HubSnapshots hub, SlabPool pool)
    {
        _meter.CreateObservableGauge("mediaserver.log", () => hub.Current.LogBytes, "By", "Memory that the streams' logs hold.");
        _meter.CreateObservableGauge("mediaserver.slabs_outstanding", () => pool.Outstanding, null, "Blocks of 64 KiB of media memory in use.");
        _meter.CreateObservableGauge("mediaserver.slabs_idle", () => pool.Idle, null, "Blocks of media memory that are kept ready.");
        _meter.CreateObservableCounter(
            "mediaserver.copied",
            () => Labelled.ByEach<CopyReason>("reason", MediaDiagnostics.CopiedBytes),
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
            () => Labelled.ByEach<RefusalReason>("reason", ingest.Refused),
            null,
            "RTMP connections and requests that were refused, by reason.");
        _meter.CreateObservableCounter(
            "mediaserver.protocol_faults",
            () => Labelled.ByEach<CloseReason>("reason", ingest.ProtocolFaults),
            null,
            "RTMP connections closed because the peer broke the protocol, by reason.");
        _meter.CreateObservableCounter(
            "mediaserver.malformed_messages", () => ingest.MalformedMessages, null, "Media messages dropped because their headers made no sense.");
        _meter.CreateObservableCounter(
            "mediaserver.keyframe_mismatches", () => ingest.KeyFrameMismatches, null, "Video frames whose key frame flag and bitstream disagree.");
    }
}

using MediaServer.Rtmp;

namespace MediaServer.Ingest;

/// <summary>What the RTMP endpoint counts of rare events; all its connections share it.</summary>
public sealed class IngestCounters
{
    private long _connections;
    private long _malformedMessages;
    private long _keyFrameMismatches;
    private readonly long[] _refused = new long[Enum.GetValues<RefusalReason>().Length];
    private readonly long[] _protocolFaults = new long[Enum.GetValues<CloseReason>().Length];

    /// <summary>Connections that are open now.</summary>
    public long Connections => Volatile.Read(ref _connections);

    /// <summary>Connections and requests that were refused for the given reason.</summary>
    public long Refused(RefusalReason reason) => Volatile.Read(ref _refused[(int)reason]);

    /// <summary>Media messages dropped because their headers or lengths made no sense.</summary>
    public long MalformedMessages => Volatile.Read(ref _malformedMessages);

    /// <summary>Video frames whose key frame flag and bitstream disagreed.</summary>
    public long KeyFrameMismatches => Volatile.Read(ref _keyFrameMismatches);

    /// <summary>Connections closed because their peer broke the protocol in the given way.</summary>
    public long ProtocolFaults(CloseReason reason) => Volatile.Read(ref _protocolFaults[(int)reason]);

    internal void CountProtocolFault(CloseReason reason) => Interlocked.Increment(ref _protocolFaults[(int)reason]);

    internal void SetOpen(int connections) => Volatile.Write(ref _connections, connections);

    internal void CountRefused(RefusalReason reason) => Interlocked.Increment(ref _refused[(int)reason]);

    internal void CountMalformed() => Interlocked.Increment(ref _malformedMessages);

    internal void CountKeyFrameMismatch() => Interlocked.Increment(ref _keyFrameMismatches);
}

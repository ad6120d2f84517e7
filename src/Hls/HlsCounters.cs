using System.Diagnostics.Metrics;

namespace MediaServer.Hls;

/// <summary>What HLS has done since the server started. Read by observable instruments of the meter <c>MediaServer</c> when they are scraped.</summary>
public sealed class HlsCounters
{
    private static readonly string[] KindNames = ["multivariant", "playlist", "init", "segment", "unknown"];
    private static readonly int[] Statuses = [200, 206, 404, 405, 416, 503];

    private readonly long[] _requests = new long[KindNames.Length * Statuses.Length];
    private long _segments;
    private long _dependentSegments;
    private long _discontinuities;
    private long _framesLeftOut;
    private long _heldBytes;

    /// <summary>Creates the counters and their instruments.</summary>
    public HlsCounters(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        Meter meter = meters.Create("MediaServer");
        meter.CreateObservableCounter("mediaserver.hls.requests", ReadRequests, "{request}", "HLS requests answered, by kind and status.");
        meter.CreateObservableCounter("mediaserver.hls.segments", () => Segments, "{segment}", "HLS segments finished.");
        meter.CreateObservableCounter(
            "mediaserver.hls.dependent_segments",
            () => DependentSegments,
            "{segment}",
            "HLS segments that had to be cut where decoding cannot begin.");
        meter.CreateObservableCounter(
            "mediaserver.hls.discontinuities", () => Discontinuities, "{discontinuity}", "Breaks in time or configuration marked in playlists.");
        meter.CreateObservableCounter(
            "mediaserver.hls.frames_left_out", () => FramesLeftOut, "{frame}", "Frames that could not be put into a segment.");
        meter.CreateObservableUpDownCounter("mediaserver.hls.held_bytes", () => HeldBytes, "By", "Memory that HLS segments hold.");
    }

    /// <summary>Segments finished, of all tracks.</summary>
    public long Segments => Volatile.Read(ref _segments);

    /// <summary>Those of them that do not begin at a random access point.</summary>
    public long DependentSegments => Volatile.Read(ref _dependentSegments);

    /// <summary>Breaks in time or configuration, one for all tracks of a stream.</summary>
    public long Discontinuities => Volatile.Read(ref _discontinuities);

    /// <summary>Frames that could not be put into a segment: video before its first random access point, audio that came too fast, breaks without end.</summary>
    public long FramesLeftOut => Volatile.Read(ref _framesLeftOut);

    /// <summary>Bytes of memory that finished segments hold now, in whole slabs.</summary>
    public long HeldBytes => Volatile.Read(ref _heldBytes);

    internal void CountRequest(HlsRequestKind kind, int status)
    {
        int index = Array.IndexOf(Statuses, status);
        if (index >= 0)
        {
            Interlocked.Increment(ref _requests[((int)kind * Statuses.Length) + index]);
        }
    }

    internal void CountSegment(bool isIndependent)
    {
        Interlocked.Increment(ref _segments);
        if (!isIndependent)
        {
            Interlocked.Increment(ref _dependentSegments);
        }
    }

    internal void CountDiscontinuity() => Interlocked.Increment(ref _discontinuities);

    internal void CountLeftOut() => Interlocked.Increment(ref _framesLeftOut);

    internal void AddHeldBytes(long bytes) => Interlocked.Add(ref _heldBytes, bytes);

    private IEnumerable<Measurement<long>> ReadRequests()
    {
        for (int i = 0; i < _requests.Length; i++)
        {
            long count = Volatile.Read(ref _requests[i]);
            if (count > 0)
            {
                yield return new Measurement<long>(
                    count,
                    new KeyValuePair<string, object?>("kind", KindNames[i / Statuses.Length]),
                    new KeyValuePair<string, object?>("status", Statuses[i % Statuses.Length]));
            }
        }
    }
}

using MediaServer.Hub;
using MediaServer.Server.Options;
using Microsoft.Extensions.Options;

namespace MediaServer.Server.Metrics;

/// <summary>The hub at one moment, taken once for all that one reading shows.</summary>
internal sealed class HubSnapshots(StreamHub hub, IOptions<MetricsOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Age = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly SeriesPlaces _places = new(options.Value.MaxStreams);
    private HubSnapshot? _current;
    private long _takenAt;

    /// <summary>A snapshot no older than a tenth of a second.</summary>
    public HubSnapshot Current
    {
        get
        {
            lock (_lock)
            {
                if (_current is null || time.GetElapsedTime(_takenAt) > Age)
                {
                    _current = Take();
                    _takenAt = time.GetTimestamp();
                }

                return _current;
            }
        }
    }

    private HubSnapshot Take()
    {
        StreamSnapshot[] streams = [.. hub.Topics.Select(StreamSnapshot.Take)];
        IReadOnlySet<StreamTopic> named = _places.Assign([.. streams.Select(stream => stream.Topic)]);
        return new HubSnapshot(streams, [.. streams.Where(stream => named.Contains(stream.Topic))], hub.GetTotals());
    }
}

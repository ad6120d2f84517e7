using System.Collections.Concurrent;
using MediaServer.Hub;

namespace MediaServer.Server.Streams;

/// <summary>What a stream brings at present.</summary>
/// <param name="BitsPerSecond">Payload of all tracks.</param>
/// <param name="VideoFramesPerSecond">Frames of video.</param>
internal readonly record struct StreamRate(double BitsPerSecond, double VideoFramesPerSecond);

/// <summary>Measures each stream's bit rate and frame rate over the last seconds, by looking at its counters once a second.</summary>
internal sealed class StreamRates(StreamHub hub, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<StreamTopic, RateWindow> _windows = new();

    /// <summary>The rate of a stream; nothing until it was looked at twice.</summary>
    public StreamRate Of(StreamTopic topic) => _windows.TryGetValue(topic, out RateWindow? window) ? window.Rate : default;

    /// <summary>Looks at every stream once, and forgets those that are gone.</summary>
    public void Sample()
    {
        long now = time.GetTimestamp();
        IReadOnlyCollection<StreamTopic> topics = hub.Topics;
        foreach (StreamTopic topic in topics)
        {
            RateWindow window = _windows.GetOrAdd(topic, static (_, time) => new RateWindow(time), time);
            window.Add(now, topic.PublishedBytes.Total, topic.Published.Video);
        }

        foreach (StreamTopic gone in _windows.Keys.Except(topics))
        {
            _windows.TryRemove(gone, out _);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Sample();
        }
    }
}

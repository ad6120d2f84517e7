using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using MediaServer.Media;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaServer.Hub;

/// <summary>All live streams by name. The one place where publishers and subscribers meet.</summary>
/// <param name="options">Bounds and budgets; read when a stream starts.</param>
/// <param name="timeProvider">The clock of all frames' <see cref="MediaFrame.ReceivedAt"/>.</param>
/// <param name="logger">Where starts, ends and subscribers left behind are told; nowhere by default.</param>
/// <remarks>Thread-safe.</remarks>
public sealed class StreamHub(HubOptions options, TimeProvider timeProvider, ILogger<StreamHub>? logger = null)
{
    private readonly ILogger _logger = logger ?? NullLogger<StreamHub>.Instance;
    private readonly ConcurrentDictionary<StreamKey, StreamTopic> _topics = new();
    private readonly HashSet<StreamTopic> _ending = []; // ended, with subscriptions that read on
    private readonly Lock _lock = new();                // which topics there are; taken before a topic's own lock, never after
    private readonly TrafficCounters _retired = new();  // of topics that are gone

    /// <summary>
    /// Raised once for each stream, after it can be found and before its first frame. What a handler throws is logged and hurts nobody else.
    /// </summary>
    public event Action<StreamTopic>? TopicStarted;

    /// <summary>The streams that are live now.</summary>
    public IReadOnlyCollection<StreamTopic> Topics => [.. _topics.Values];

    /// <summary>Starts a stream.</summary>
    /// <returns>The right to publish it, or null when it is refused.</returns>
    public Publication? TryPublish(StreamKey key, out PublishRefusal refusal)
    {
        StreamTopic topic;
        lock (_lock)
        {
            refusal = _topics.ContainsKey(key) ? PublishRefusal.KeyInUse
                : _topics.Count >= options.MaxStreams ? PublishRefusal.TooManyStreams
                : PublishRefusal.None;
            if (refusal != PublishRefusal.None)
            {
                return null;
            }

            topic = new StreamTopic(key, options, timeProvider, _logger, Forget);
            _topics[key] = topic;
        }

        _logger.StreamStarted(key.ToString());
        RaiseStarted(topic);
        return new Publication(this, topic);
    }

    /// <summary>Finds a live stream.</summary>
    public bool TryGetTopic(StreamKey key, [NotNullWhen(true)] out StreamTopic? topic) => _topics.TryGetValue(key, out topic);

    /// <summary>Sums over all streams since the hub was made, those that have ended included: the numbers never go back.</summary>
    public TrafficCounters GetTotals()
    {
        var totals = new TrafficCounters();
        lock (_lock)
        {
            totals.Add(_retired);
            foreach (StreamTopic topic in _topics.Values.Concat(_ending))
            {
                topic.AddTo(totals);
            }
        }

        return totals;
    }

    /// <summary>Frees the name, then ends the stream.</summary>
    internal void End(StreamTopic topic)
    {
        lock (_lock)
        {
            _ending.Add(topic);
            _topics.TryRemove(new KeyValuePair<StreamKey, StreamTopic>(topic.Key, topic));
        }

        topic.End();
    }

    /// <summary>Keeps the sums of an ended stream that nobody reads any more, and nothing else.</summary>
    private void Forget(StreamTopic topic)
    {
        lock (_lock)
        {
            if (_ending.Remove(topic))
            {
                topic.AddTo(_retired);
            }
        }
    }

    private void RaiseStarted(StreamTopic topic)
    {
        foreach (Action<StreamTopic> handler in Delegate.EnumerateInvocationList(TopicStarted))
        {
            try
            {
                handler(topic);
            }
#pragma warning disable CA1031 // one consumer's fault is that consumer's alone
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _logger.StartHandlerFailed(exception, topic.Key.ToString());
            }
        }
    }
}

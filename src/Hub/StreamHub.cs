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
    private readonly Dictionary<StreamTopic, ResumeWait> _waiting = []; // of the above, those without a publisher
    private readonly HashSet<StreamTopic> _ending = []; // ended, with subscriptions that read on
    private readonly Lock _lock = new();                // which topics there are; taken before a topic's own lock, never after
    private readonly TrafficCounters _retired = new();  // of topics that are gone
    private bool _isStopping;

    /// <summary>
    /// Raised once for each stream, after it can be found and before its first frame. What a handler throws is logged and hurts nobody else.
    /// </summary>
    public event Action<StreamTopic>? TopicStarted;

    /// <summary>The streams that are live or wait for their publisher.</summary>
    public IReadOnlyCollection<StreamTopic> Topics => [.. _topics.Values];

    /// <summary>What is kept for lossless subscriptions, over all streams.</summary>
    internal LosslessBudget LosslessBudget { get; } = new(options.BlockTotalBytes);

    /// <summary>Starts a stream, or goes on with one that waits for its publisher.</summary>
    /// <returns>The right to publish it, or null when it is refused.</returns>
    public Publication? TryPublish(StreamKey key, out PublishRefusal refusal)
    {
        Publication publication;
        lock (_lock)
        {
            bool exists = _topics.TryGetValue(key, out StreamTopic? topic);
            bool isResumed = exists && _waiting.ContainsKey(topic!);
            refusal = exists && !isResumed ? PublishRefusal.KeyInUse
                : !exists && _topics.Count >= options.MaxStreams ? PublishRefusal.TooManyStreams
                : PublishRefusal.None;
            if (refusal != PublishRefusal.None)
            {
                return null;
            }

            topic ??= _topics[key] = new StreamTopic(key, options, timeProvider, LosslessBudget, _logger, Forget);
            if (_waiting.Remove(topic, out ResumeWait? wait))
            {
                wait.Dispose();
            }

            publication = new Publication(this, topic, isResumed);
            topic.Attach(publication);
        }

        if (publication.IsResumed)
        {
            _logger.StreamResumed(key.ToString());
        }
        else
        {
            _logger.StreamStarted(key.ToString());
            RaiseStarted(publication.Topic);
        }

        return publication;
    }

    /// <summary>Finds a stream that is live or waits for its publisher.</summary>
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

    /// <summary>Ends the streams that wait for their publisher, and those that would from now on: nobody comes any more.</summary>
    public void StopWaiting()
    {
        ResumeWait[] waits;
        lock (_lock)
        {
            _isStopping = true;
            waits = [.. _waiting.Values];
        }

        Array.ForEach(waits, StopWaiting);
    }

    /// <summary>Frees the name, then ends the stream, if the publication is still its publisher's.</summary>
    internal void End(Publication publication)
    {
        lock (_lock)
        {
            if (!publication.Topic.TryDetach(publication))
            {
                return;
            }

            FreeName(publication.Topic);
        }

        publication.Topic.End();
    }

    /// <summary>Lets the stream wait for another publisher, if the publication is still its publisher's.</summary>
    internal void Suspend(Publication publication)
    {
        StreamTopic topic = publication.Topic;
        bool waits;
        lock (_lock)
        {
            if (!topic.TryDetach(publication))
            {
                return;
            }

            waits = options.ResumeWindow > TimeSpan.Zero && !_isStopping;
            if (waits)
            {
                _waiting[topic] = new ResumeWait(topic, timeProvider, options.ResumeWindow, StopWaiting);
            }
            else
            {
                FreeName(topic);
            }
        }

        if (waits)
        {
            _logger.StreamWaits(topic.Key.ToString(), options.ResumeWindow);
        }
        else
        {
            topic.End();
        }
    }

    /// <summary>Ends a stream whose publisher has not come back, if it has not.</summary>
    private void StopWaiting(ResumeWait wait)
    {
        lock (_lock)
        {
            if (!_waiting.TryGetValue(wait.Topic, out ResumeWait? current) || current != wait)
            {
                return;
            }

            _waiting.Remove(wait.Topic);
            FreeName(wait.Topic);
        }

        wait.Dispose();
        wait.Topic.End();
    }

    private void FreeName(StreamTopic topic)
    {
        _ending.Add(topic);
        _topics.TryRemove(new KeyValuePair<StreamKey, StreamTopic>(topic.Key, topic));
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

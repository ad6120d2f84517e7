namespace MediaServer.Hub;

/// <summary>A topic's numbers at one moment.</summary>
public sealed record TopicStatistics
{
    /// <summary>Frames and bytes in, and what became of them for all subscriptions there have been. Never goes back.</summary>
    public required TrafficCounters Traffic { get; init; }

    /// <summary>Live subscriptions by <see cref="SubscriptionOptions.Kind"/>.</summary>
    public required IReadOnlyDictionary<string, int> Subscribers { get; init; }

    /// <summary>Subscribers that have caught up since they joined or were moved: those whose <see cref="Subscription.Fill"/> tells how they are.</summary>
    public required int SettledSubscribers { get; init; }

    /// <summary>The fill of the one of them that is furthest behind, from 0 to 1.</summary>
    public required double MaxFill { get; init; }

    /// <summary>The fills of all of them together: divided by their number, the mean.</summary>
    public required double SumOfFills { get; init; }

    /// <summary>Live subscriptions by <see cref="Subscription.State"/>; each state is there, be it 0.</summary>
    public required IReadOnlyDictionary<SubscriptionState, int> States { get; init; }

    /// <summary>The longest lag of any subscriber, in frames, in bytes and in time: each of its own.</summary>
    public required SubscriptionLag MaxLag { get; init; }

    /// <summary>The lags of all subscribers together: divided by their number, the mean.</summary>
    public required SubscriptionLag SumOfLags { get; init; }

    /// <summary>Frames in the log.</summary>
    public required long LogFrames { get; init; }

    /// <summary>Memory that the log holds, in whole slabs and configuration: what the budget is charged.</summary>
    public required long LogBytes { get; init; }

    /// <summary>Time since the last random access point of video track 0 was received; null before the first, and without video.</summary>
    public required TimeSpan? SinceKeyframe { get; init; }

    /// <summary>Frames of video (of all tracks) in the last whole group of pictures; 0 before there was one.</summary>
    public required long GopFrames { get; init; }

    /// <summary>Media time that the last whole group of pictures took; zero before there was one.</summary>
    public required TimeSpan GopDuration { get; init; }

    internal static TopicStatistics Of(StreamTopic topic, TrafficCounters traffic, IReadOnlyList<SubscriberStatistics> subscribers)
    {
        double[] fills = [.. subscribers.Where(one => one.State != SubscriptionState.CatchingUp).Select(one => one.Fill)];
        SubscriptionLag[] lags = [.. subscribers.Select(one => one.Lag)];
        TopicLog log = topic.Log;
        long tail = topic.Tail; // before the head, which only grows
        return new TopicStatistics
        {
            Traffic = traffic,
            Subscribers = subscribers.CountBy(one => one.Kind).ToDictionary(),
            States = Enum.GetValues<SubscriptionState>().ToDictionary(state => state, state => subscribers.Count(one => one.State == state)),
            SettledSubscribers = fills.Length,
            MaxFill = fills.DefaultIfEmpty().Max(),
            SumOfFills = fills.Sum(),
            MaxLag = lags.Aggregate(default(SubscriptionLag), SubscriptionLag.Max),
            SumOfLags = lags.Aggregate(default(SubscriptionLag), SubscriptionLag.Add),
            LogFrames = topic.Head - tail,
            LogBytes = log.ChargedBytes,
            SinceKeyframe = log.LastKeyframe is { } keyframe ? topic.GetElapsedTime(keyframe.ReceivedAt) : null,
            GopFrames = log.GopFrames,
            GopDuration = log.GopDuration,
        };
    }
}

namespace MediaServer.Hub;

/// <summary>A subscription's numbers at one moment.</summary>
public sealed record SubscriberStatistics
{
    /// <inheritdoc cref="SubscriptionOptions.Kind"/>
    public required string Kind { get; init; }

    /// <inheritdoc cref="SubscriptionOptions.Name"/>
    public required string? Name { get; init; }

    /// <inheritdoc cref="SubscriptionOptions.Peer"/>
    public required string? Peer { get; init; }

    /// <summary>When it joined.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <inheritdoc cref="Subscription.State"/>
    public required SubscriptionState State { get; init; }

    /// <inheritdoc cref="SubscriptionOptions.Policy"/>
    public required SlowPolicy Policy { get; init; }

    /// <inheritdoc cref="Subscription.Fill"/>
    public required double Fill { get; init; }

    /// <inheritdoc cref="Subscription.Lag"/>
    public required SubscriptionLag Lag { get; init; }

    /// <inheritdoc cref="Subscription.InFlight"/>
    public required long InFlight { get; init; }

    /// <summary>What became of the frames that it passed; a copy.</summary>
    public required DeliveryCounters Delivery { get; init; }
}

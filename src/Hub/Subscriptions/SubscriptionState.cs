namespace MediaServer.Hub;

/// <summary>How a subscription keeps up, by its <see cref="Subscription.Fill"/>.</summary>
public enum SubscriptionState
{
    /// <summary>It has not met the newest frame since it joined or jumped: a burst is no lag, and nothing is left out because of it.</summary>
    CatchingUp,

    /// <summary>It keeps up.</summary>
    Normal,

    /// <summary>From <see cref="HubOptions.WarningFill"/> on: disposable video is left out (policy <c>live</c>).</summary>
    Warning,

    /// <summary>
    /// From <see cref="HubOptions.CriticalFill"/> on: video is left out until its next random access point, audio goes on (policy
    /// <c>live</c>).
    /// </summary>
    Critical,

    /// <summary>Below <see cref="HubOptions.RecoveryFill"/> again, and not yet for <see cref="HubOptions.RecoveryTime"/>.</summary>
    Recovering,
}

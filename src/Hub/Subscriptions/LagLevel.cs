namespace MediaServer.Hub;

/// <summary>Where a lag lies among the thresholds.</summary>
internal enum LagLevel
{
    /// <summary>Below <see cref="HubOptions.RecoveryFill"/>.</summary>
    Low,

    /// <summary>Below <see cref="HubOptions.WarningFill"/>.</summary>
    Medium,

    /// <summary>Below <see cref="HubOptions.CriticalFill"/>.</summary>
    Warning,

    /// <summary>Within the bound.</summary>
    Critical,

    /// <summary>Beyond the bound.</summary>
    Over,
}

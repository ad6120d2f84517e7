namespace MediaServer.Hub;

/// <summary>Where in a stream a subscription begins.</summary>
public enum JoinMode
{
    /// <summary>
    /// At the last random access point: a picture at once. When the log holds none, at the newest frame: configuration, audio and data at
    /// once, video from the next random access point.
    /// </summary>
    LastRandomAccessPoint,

    /// <summary>At the newest frame: the lowest latency. Configuration, audio and data at once, video from the next random access point.</summary>
    NextRandomAccessPoint,

    /// <summary>
    /// At the oldest random access point received at most <see cref="SubscriptionOptions.Back"/> ago; when there is none, like
    /// <see cref="LastRandomAccessPoint"/>.
    /// </summary>
    SomeTimeBack,
}

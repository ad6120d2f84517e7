namespace MediaServer.Hub;

/// <summary>What may still come of a stream.</summary>
public enum TopicState
{
    /// <summary>Somebody publishes it.</summary>
    Live,

    /// <summary>Its publisher was lost, and may come back within <see cref="HubOptions.ResumeWindow"/>. Subscribers wait.</summary>
    Waiting,

    /// <summary>It has ended: no frame comes any more, but there may be some left to read.</summary>
    Ended,
}

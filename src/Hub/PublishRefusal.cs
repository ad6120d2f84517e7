namespace MediaServer.Hub;

/// <summary>Why a stream may not be published now.</summary>
public enum PublishRefusal
{
    /// <summary>It may.</summary>
    None,

    /// <summary>Somebody publishes that name already.</summary>
    KeyInUse,

    /// <summary>As many streams are live, or wait for their publisher, as <see cref="HubOptions.MaxStreams"/> allows.</summary>
    TooManyStreams,
}

namespace MediaServer.Hub;

/// <summary>What somebody wants to do with a stream.</summary>
public enum AccessAction
{
    /// <summary>Send it.</summary>
    Publish,

    /// <summary>Receive it, over whatever protocol.</summary>
    Play,
}

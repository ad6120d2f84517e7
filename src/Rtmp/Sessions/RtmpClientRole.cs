namespace MediaServer.Rtmp;

/// <summary>What a client session does with its stream.</summary>
public enum RtmpClientRole
{
    /// <summary>Sends it.</summary>
    Publish,

    /// <summary>Receives it.</summary>
    Play,
}

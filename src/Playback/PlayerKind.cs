namespace MediaServer.Playback;

/// <summary>What players are called in statistics, metrics and logs.</summary>
public static class PlayerKind
{
    /// <summary>RTMP play.</summary>
    public const string Rtmp = "rtmp";

    /// <summary>FLV over HTTP.</summary>
    public const string HttpFlv = "http-flv";

    /// <summary>FLV over a WebSocket.</summary>
    public const string WebSocketFlv = "ws-flv";
}

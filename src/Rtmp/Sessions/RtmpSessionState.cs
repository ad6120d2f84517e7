namespace MediaServer.Rtmp;

/// <summary>How far a session has come.</summary>
public enum RtmpSessionState
{
    /// <summary>Handshake bytes are being exchanged.</summary>
    Handshaking,

    /// <summary>The handshake is done, <c>connect</c> is not.</summary>
    Connecting,

    /// <summary>Connected, neither publishing nor playing; perhaps a request waits for its answer.</summary>
    Connected,

    /// <summary>Media flows from the client to the server.</summary>
    Publishing,

    /// <summary>Media flows from the server to the client.</summary>
    Playing,

    /// <summary>Over: what is in the output may still be sent, nothing more is read.</summary>
    Closed,
}

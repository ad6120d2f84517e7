namespace MediaServer.Media;

/// <summary>What stands around a payload on its way out.</summary>
public enum FrameEnvelope
{
    /// <summary>Nothing: the payload alone.</summary>
    None,

    /// <summary>One RTMP chunk of type 0 on message stream 1 with an absolute timestamp (RTMP 1.0 §5.3.1.2.1).</summary>
    Rtmp,

    /// <summary>An FLV tag: header of 11 bytes before, PreviousTagSize of 4 bytes behind (FLV 10.1 annex E.4.1).</summary>
    Flv,

    /// <summary>That FLV tag as one chunk of an HTTP/1.1 response (RFC 9112 §7.1).</summary>
    ChunkedFlv,

    /// <summary>That FLV tag as one binary message of a WebSocket server: unmasked, in one frame (RFC 6455 §5.2).</summary>
    WebSocketFlv,
}

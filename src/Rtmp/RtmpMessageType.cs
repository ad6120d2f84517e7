namespace MediaServer.Rtmp;

/// <summary>The type of an RTMP message (RTMP 1.0 §5.4 and §7.1).</summary>
public enum RtmpMessageType : byte
{
    /// <summary>The sender's chunk size from here on (§5.4.1).</summary>
    SetChunkSize = 1,

    /// <summary>The rest of an unfinished message will not come (§5.4.2).</summary>
    Abort = 2,

    /// <summary>Bytes received so far (§5.4.3).</summary>
    Acknowledgement = 3,

    /// <summary>Ping, stream begin and their like (§6.2).</summary>
    UserControl = 4,

    /// <summary>Bytes between two acknowledgements (§5.4.4).</summary>
    WindowAcknowledgementSize = 5,

    /// <summary>Bytes that the peer may leave unacknowledged (§5.4.5).</summary>
    SetPeerBandwidth = 6,

    /// <summary>Audio: an FLV audio tag's body.</summary>
    Audio = 8,

    /// <summary>Video: an FLV video tag's body.</summary>
    Video = 9,

    /// <summary>Script data in the AMF3 envelope: a zero byte, then AMF0.</summary>
    DataAmf3 = 15,

    /// <summary>A command in the AMF3 envelope: a zero byte, then AMF0.</summary>
    CommandAmf3 = 17,

    /// <summary>Script data, AMF0: an FLV script tag's body.</summary>
    Data = 18,

    /// <summary>A command, AMF0.</summary>
    Command = 20,

    /// <summary>Several messages in one, as FLV tags (§7.1.6).</summary>
    Aggregate = 22,
}

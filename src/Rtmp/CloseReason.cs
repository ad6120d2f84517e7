namespace MediaServer.Rtmp;

/// <summary>Why a session cannot go on. The names serve as metric labels, so they say what, never who.</summary>
public enum CloseReason
{
    /// <summary>The first byte names a version of RTMP that does not exist.</summary>
    UnsupportedVersion,

    /// <summary>The peer speaks RTMPE, whose encryption protects nothing and is not supported.</summary>
    EncryptedRtmp,

    /// <summary>The peer speaks HTTP (RTMPT included) on the RTMP port.</summary>
    HttpOnRtmpPort,

    /// <summary>The peer speaks TLS on the plain RTMP port.</summary>
    TlsOnRtmpPort,

    /// <summary>A chunk stream began with a header that refers to an earlier one.</summary>
    ChunkWithoutHeader,

    /// <summary>A message's length or type changed before all of it was there.</summary>
    MessageHeaderChanged,

    /// <summary>More chunk streams than a session may use.</summary>
    TooManyChunkStreams,

    /// <summary>A chunk size of 0, or with the high bit set.</summary>
    InvalidChunkSize,

    /// <summary>A message longer than its kind may be.</summary>
    MessageTooLong,

    /// <summary>More bytes in unfinished messages than the session's state allows.</summary>
    TooManyUnfinishedBytes,

    /// <summary>A protocol control or user control message of the wrong length.</summary>
    MalformedControlMessage,

    /// <summary>A command that is not well-formed AMF, or nests too deep, or holds too many values.</summary>
    MalformedCommand,

    /// <summary>A command other than <c>connect</c> before it.</summary>
    CommandBeforeConnect,

    /// <summary>More commands in a second than any client needs.</summary>
    TooManyCommands,

    /// <summary>The server that a client session speaks to refused what was asked for.</summary>
    RefusedByServer,
}

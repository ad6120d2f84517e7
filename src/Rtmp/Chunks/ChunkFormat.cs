namespace MediaServer.Rtmp;

/// <summary>How much of a message header a chunk carries (RTMP 1.0 §5.3.1.2).</summary>
internal enum ChunkFormat
{
    /// <summary>All of it, with an absolute timestamp: 11 bytes.</summary>
    Full,

    /// <summary>Timestamp delta, length and type: 7 bytes.</summary>
    SameMessageStream,

    /// <summary>The timestamp delta: 3 bytes.</summary>
    SameLength,

    /// <summary>Nothing: the chunk goes on with a message, or begins one just like the last.</summary>
    Continuation,
}

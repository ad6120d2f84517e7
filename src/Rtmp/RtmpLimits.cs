namespace MediaServer.Rtmp;

/// <summary>What one session may cost, and how long its peer may be silent. A peer never decides how much memory it gets.</summary>
public sealed class RtmpLimits
{
    /// <summary>
    /// The chunk size that sessions announce, 10 MiB: a frame of any length that is taken goes out as one chunk. It is the most that
    /// nginx-rtmp takes; it ignores a larger one and then misreads every chunk.
    /// </summary>
    public const int OutboundChunkBytes = 10 * 1024 * 1024;

    /// <summary>Bytes of a media message, at most and by default <see cref="OutboundChunkBytes"/> (a 4K key frame needs 1 to 2 MiB).</summary>
    public int MaxMessageBytes { get; init; } = OutboundChunkBytes;

    /// <summary>Bytes of a command message. Default 64 KiB; OBS's longest is below 1 KiB.</summary>
    public int MaxCommandBytes { get; init; } = 64 * 1024;

    /// <summary>Chunk streams that a peer may use. Default 64; OBS uses 3, ffmpeg 5.</summary>
    public int MaxChunkStreams { get; init; } = 64;

    /// <summary>Bytes of unfinished messages, over all chunk streams, of a peer that does not publish. Default 64 KiB.</summary>
    public int MaxUnfinishedBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes of unfinished messages, over all chunk streams, while media is received. Default 16 MiB.</summary>
    public int MaxUnfinishedMediaBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Commands and pings within one second. Default 100; a whole publish handshake is 5.</summary>
    public int MaxCommandsPerSecond { get; init; } = 100;

    /// <summary>
    /// Bytes after which the peer is asked to acknowledge, and after which it gets acknowledgements as long as it names no window of its
    /// own. Default 2,500,000, as SRS; a small one makes OBS acknowledge every tenth of it.
    /// </summary>
    public int WindowAcknowledgementBytes { get; init; } = 2_500_000;

    /// <summary>After how much silence a peer is pinged. Default 15 s.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a pinged peer may stay silent. Default 45 s: a dead peer is found within a minute, and a player that stands still for as long
    /// as it may (30 s), and then finds the ping behind its media, is not taken for dead.
    /// </summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(45);
}

using System.ComponentModel.DataAnnotations;
using MediaServer.Rtmp;
using Microsoft.Extensions.Options;

namespace MediaServer.Ingest;

/// <summary>The RTMP endpoint. Section <c>Ingest</c>.</summary>
public sealed class IngestOptions
{
    /// <summary>TCP port for RTMP, on all addresses. Default 1935, which every encoder assumes; 0 takes a free one.</summary>
    [Range(0, 65_535)]
    public int Port { get; set; } = 1935;

    /// <summary>
    /// TCP port for RTMP over TLS, on all addresses, listened on when <c>Tls:Certificate</c> is set. Default 1936; 0 takes a free one.
    /// </summary>
    [Range(0, 65_535)]
    public int TlsPort { get; set; } = 1936;

    /// <summary>
    /// RTMP connections at once, publishers and players together. Default 10,000: half of the 20,000 file descriptors that a usual system
    /// grants, which leaves the other half to HTTP.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>
    /// RTMP connections at once of one address (IPv6: of one network of 64 bits); this machine is exempt. Default 256: an office of players
    /// behind one address, and not one machine that takes all places.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxConnectionsPerAddress { get; set; } = 256;

    /// <summary>
    /// Time for the handshakes (that of TLS too), connect and the first publish or play together. Default 10 s; single bytes do not renew it.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Silence after which a publisher is taken for gone. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan PublisherIdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Silence after which another publisher may take a stream over. Default 2 s: OBS waits that long before it comes back, while its old
    /// connection still looks alive from here.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "01:00:00")]
    public TimeSpan TakeOverAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Lets whoever may publish a stream take it from its publisher at any time. Default false: only the same encoder may, known by key and
    /// address, and everybody else is refused.
    /// </summary>
    public bool NewestPublisherWins { get; set; }

    /// <summary>
    /// Bits a second that one publisher may send, measured over 5 s; one that sends more is told and closed. Default 0: no limit.
    /// </summary>
    [Range(0, 100_000_000_000)]
    public long MaxPublishBitrate { get; set; }

    /// <summary>
    /// Bytes of the largest media message, which holds a whole video frame. Default 10 MiB: several times a 4K key frame, and the most that
    /// can go out to players as one chunk.
    /// </summary>
    [Range(64 * 1024, RtmpLimits.OutboundChunkBytes)]
    public int MaxMessageBytes { get; set; } = RtmpLimits.OutboundChunkBytes;

    /// <summary>
    /// Lets any machine publish without a key. Default false: only this machine may, and others need a key, because whoever may publish to a
    /// server on the internet decides what its audience sees.
    /// </summary>
    public bool AllowRemotePublish { get; set; }

    /// <summary>
    /// Asks other machines for a user and a password when they connect, as encoders with such fields expect it (Adobe authentication).
    /// Default false: who connects cannot say yet what it wants, so players are asked too. Who has a key in its URL is not.
    /// </summary>
    public bool AskForLogin { get; set; }
}

/// <summary>Checks <see cref="IngestOptions"/> before a port opens.</summary>
[OptionsValidator]
public sealed partial class IngestOptionsValidator : IValidateOptions<IngestOptions>;

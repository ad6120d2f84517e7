using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MediaServer.Ingest;

/// <summary>The RTMP endpoint. Section <c>Ingest</c>.</summary>
public sealed class IngestOptions
{
    /// <summary>TCP port for RTMP, on all addresses. Default 1935, which every encoder assumes; 0 takes a free one.</summary>
    [Range(0, 65_535)]
    public int Port { get; set; } = 1935;

    /// <summary>
    /// RTMP connections at once, publishers and players together. Default 10,000: half of the 20,000 file descriptors that a usual system
    /// grants, which leaves the other half to HTTP.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>
    /// Time for handshake, connect and the first publish or play together. Default 10 s; single bytes do not renew it.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Silence after which a publisher is taken for gone. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan PublisherIdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Lets any machine publish without a key. Default false: only this machine may, and others need a key, because whoever may publish to a
    /// server on the internet decides what its audience sees.
    /// </summary>
    public bool AllowRemotePublish { get; set; }
}

/// <summary>Checks <see cref="IngestOptions"/> before a port opens.</summary>
[OptionsValidator]
public sealed partial class IngestOptionsValidator : IValidateOptions<IngestOptions>;

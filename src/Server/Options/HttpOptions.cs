using System.ComponentModel.DataAnnotations;

namespace MediaServer.Server.Options;

/// <summary>The HTTP endpoint: console, API, probes, HLS and HTTP-FLV.</summary>
internal sealed class HttpOptions
{
    public const string Section = "Http";

    /// <summary>TCP port for HTTP, on all addresses. Default 8080, which needs no privilege; 0 takes a free one.</summary>
    [Range(0, 65_535)]
    public int Port { get; set; } = 8080;

    /// <summary>
    /// HTTP connections at once, viewers included. Default 10,000: half of the 20,000 file descriptors that a usual system grants, which
    /// leaves the other half to RTMP. WebSockets that no shard could take over are counted apart, up to the same number.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 10_000;
}

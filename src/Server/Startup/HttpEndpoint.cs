using MediaServer.Server.Options;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace MediaServer.Server.Startup;

/// <summary>The HTTP port, and what one connection on it may cost.</summary>
internal sealed class HttpEndpoint(IOptions<HttpOptions> options) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.ListenAnyIP(options.Value.Port);

        KestrelServerLimits limits = kestrel.Limits;
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.MaxConcurrentConnections = options.Value.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = options.Value.MaxConnections; // which the former does not count
        limits.MaxRequestBodySize = 64 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestLineSize = 8 * 1024; // a name of nine segments of 128 letters, and a query
    }
}

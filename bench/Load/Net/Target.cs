using System.Net;
using System.Net.Sockets;

namespace MediaServer.Load;

/// <summary>What to publish or to play, and where it is.</summary>
/// <param name="Url">As it was given.</param>
/// <param name="Address">The server.</param>
internal sealed record Target(Uri Url, IPEndPoint Address)
{
    private const int RtmpPort = 1935;

    /// <summary>Host and port as they stand in the URL.</summary>
    public string Authority => Url.Authority;

    /// <summary>RTMP's app: all of the path but the last part.</summary>
    public string App => Url.AbsolutePath.LastIndexOf('/') is var slash and > 0 ? Url.AbsolutePath[1..slash] : "";

    /// <summary>RTMP's stream: the last part of the path, and the query.</summary>
    public string StreamName => Url.PathAndQuery[(Url.AbsolutePath.LastIndexOf('/') + 1)..];

    /// <summary>Reads a URL and finds its host.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="allowsRemote">Whether it may be another machine.</param>
    /// <param name="schemes">What it may begin with.</param>
    /// <exception cref="UsageException">It is none, its host is unknown, or it is another machine and that was not allowed.</exception>
    public static Target Parse(string url, bool allowsRemote, params ReadOnlySpan<string> schemes)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || !schemes.Contains(uri.Scheme) || uri.AbsolutePath.Length < 2)
        {
            throw new UsageException($"'{url}' should look like {schemes[0]}://localhost:PORT/live/test.");
        }

        IPAddress? address;
        try
        {
            address = Dns.GetHostAddresses(uri.IdnHost).OrderBy(found => found.AddressFamily != AddressFamily.InterNetwork).FirstOrDefault();
        }
        catch (SocketException fault)
        {
            throw new UsageException($"{uri.Host}: {fault.Message}.");
        }

        if (address is null || (!allowsRemote && !IPAddress.IsLoopback(address)))
        {
            throw new UsageException(
                $"{uri.Host} is another machine. Load on somebody else's server is an attack: --allow-remote says that this one is yours.");
        }

        return new Target(uri, new IPEndPoint(address, uri.Port > 0 ? uri.Port : RtmpPort));
    }
}

using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace MediaServer.Ingest;

/// <summary>The server's side of a TLS handshake, TLS 1.2 or later.</summary>
internal static class TlsHandshake
{
    /// <summary>Goes through the handshake.</summary>
    /// <param name="socket">A connected socket; it belongs to the stream from now on, or is closed.</param>
    /// <param name="certificate">What the server shows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream, ready for RTMP.</returns>
    /// <exception cref="AuthenticationException">The peers do not agree, or the client speaks something else.</exception>
    /// <exception cref="IOException">The client is gone.</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public static async Task<SslStream> AuthenticateAsync(
        Socket socket, SslStreamCertificateContext certificate, CancellationToken cancellationToken)
    {
        socket.NoDelay = true;
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = certificate,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                },
                cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}

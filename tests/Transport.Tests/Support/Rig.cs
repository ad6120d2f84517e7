using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MediaServer.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaServer.Transport.Tests;

/// <summary>A host with connections of one kind over the loopback, checked for leaks at its end.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private const int SmallBufferBytes = 16 * 1024;

    private static readonly X509Certificate2 Certificate = MakeCertificate();

    private readonly TransportKind _kind;
    private readonly LeakCheckingPool _pool = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Peer> _peers = [];

    public Rig(TransportKind kind, TransportOptions? options = null, TimeProvider? time = null)
    {
        _kind = kind;
        options ??= new TransportOptions { Loops = 1 };
        options.ManagedOnly = kind != TransportKind.Shard;
        Host = new TransportHost(options, _pool.Pool, time ?? TimeProvider.System, NullLogger<TransportHost>.Instance);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
    }

    public static TheoryData<TransportKind> Kinds => [TransportKind.Shard, TransportKind.ManagedSocket, TransportKind.Tls];

    public TransportHost Host { get; }

    public Media.SlabPool Pool => _pool.Pool;

    /// <summary>Connects a peer and adopts the server's side.</summary>
    /// <param name="smallBuffers">Whether the kernel holds as little as it can, so that a peer that does not read soon blocks the sender.</param>
    public async Task<(TransportConnection Connection, Peer Peer)> ConnectAsync(bool smallBuffers = false)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (smallBuffers)
        {
            client.ReceiveBufferSize = SmallBufferBytes;
        }

        Task<Socket> accepting = _listener.AcceptAsync();
        await client.ConnectAsync(_listener.LocalEndPoint!).Soon();
        Socket server = await accepting.Soon();
        if (smallBuffers)
        {
            server.SendBufferSize = SmallBufferBytes;
        }

        (TransportConnection connection, Stream stream) = _kind == TransportKind.Tls
            ? await SecureAsync(server, client)
            : (Host.Adopt(server), new NetworkStream(client));
        var peer = new Peer(client, stream);
        _peers.Add(peer);
        return (connection, peer);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Peer peer in _peers)
        {
            peer.Dispose();
        }

        await Host.DisposeAsync();
        _listener.Dispose();
        _pool.Dispose();
    }

    private async Task<(TransportConnection Connection, Stream Stream)> SecureAsync(Socket server, Socket client)
    {
        var serverStream = new SslStream(new NetworkStream(server, ownsSocket: true));
        var clientStream = new SslStream(new NetworkStream(client), false, (_, certificate, _, _) => Certificate.Equals(certificate));
        await Task.WhenAll(
            serverStream.AuthenticateAsServerAsync(Certificate),
            clientStream.AuthenticateAsClientAsync("localhost")).Soon();
        return (Host.Adopt(serverStream, (IPEndPoint)server.RemoteEndPoint!), clientStream);
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}

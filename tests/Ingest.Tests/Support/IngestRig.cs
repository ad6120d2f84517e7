using System.Net.Security;
using System.Net.Sockets;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.TestKit;
using MediaServer.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaServer.Ingest.Tests.Support;

/// <summary>An RTMP endpoint on a free port, with a hub behind it and time that stands still. What it depends on can be made to fail.</summary>
internal sealed class IngestRig : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private IngestRig(IngestOptions options)
    {
        Options = options;
        Unlucky = new UnluckyTimeProvider(Time);
        Hub = new StreamHub(new HubOptions(), Time);
        Transport = new TransportHost(new TransportOptions { Loops = 1 }, Slabs.Pool, Time, NullLogger<TransportHost>.Instance);
        Endpoint = CreateEndpoint(Options);
    }

    public LeakCheckingPool Slabs { get; } = new();

    public ManualTimeProvider Time { get; } = new();

    /// <summary>What the endpoint itself has for a clock.</summary>
    public UnluckyTimeProvider Unlucky { get; }

    public ListLogger Log { get; } = new();

    public IngestCounters Counters { get; } = new();

    public IngestOptions Options { get; }

    public FakeAuthorizer Authorizer { get; } = new();

    /// <summary>What TLS shows; may change while it runs.</summary>
    public SslStreamCertificateContext? Certificate { get; set; }

    public StreamHub Hub { get; }

    public TransportHost Transport { get; }

    public RtmpEndpoint Endpoint { get; }

    /// <summary>Who decides on <c>connect</c>, if anybody is asked.</summary>
    public EncoderLogin Login { get; set; } = (_, _) => throw new InvalidOperationException("Nobody is to be asked.");

    /// <summary>Who takes players; nobody at first.</summary>
    public Func<RtmpServerSession, IDisposable?> Play { get; set; } = _ => null;

    /// <param name="configure">Changes options before they are read.</param>
    /// <param name="certificate">What TLS shows; without it there is none.</param>
    public static async Task<IngestRig> StartAsync(Action<IngestOptions>? configure = null, SslStreamCertificateContext? certificate = null)
    {
        var options = new IngestOptions { Port = 0, TlsPort = 0 };
        configure?.Invoke(options);
        var rig = new IngestRig(options) { Certificate = certificate };
        await rig.Endpoint.StartAsync(CancellationToken.None);
        return rig;
    }

    /// <summary>Another endpoint over the same parts.</summary>
    public RtmpEndpoint CreateEndpoint(IngestOptions options) => new(
        Microsoft.Extensions.Options.Options.Create(options),
        Hub,
        Slabs.Pool,
        Transport,
        Authorizer,
        (query, address) => Login(query, address),
        (StreamKey _, TransportConnection _, RtmpServerSession session, out string? fault) =>
        {
            fault = null;
            return Play(session);
        },
        () => Certificate,
        Counters,
        Unlucky,
        Log);

    public async Task<RtmpClient> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("localhost", Endpoint.Port);
        return new RtmpClient(socket, Slabs.Pool);
    }

    /// <summary>Connects to the TLS port, and begins no handshake.</summary>
    public async Task<Socket> ConnectTlsSocketAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("localhost", Endpoint.TlsPort!.Value);
        return socket;
    }

    /// <summary>Goes through a TLS handshake, and insists on the certificate in force.</summary>
    public async Task<RtmpClient> SecureAsync(Socket socket)
    {
        string expected = Certificate!.TargetCertificate.GetCertHashString();
        var stream = new SslStream(
            new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false, (_, shown, _, _) => shown?.GetCertHashString() == expected);
        await stream.AuthenticateAsClientAsync("localhost").WaitAsync(Limit);
        return new RtmpClient(stream, socket, Slabs.Pool);
    }

    /// <summary>Connects and publishes.</summary>
    /// <exception cref="RtmpProtocolException">The server refused; the message says with which code.</exception>
    public async Task<RtmpClient> PublishAsync(string name)
    {
        RtmpClient client = await ConnectAsync();
        try
        {
            await client.OpenAsync(name, RtmpClientRole.Publish);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Tries to publish, and says with which code that was refused.</summary>
    public async Task<string> RefusalAsync(string name)
    {
        RtmpProtocolException refused = await Assert.ThrowsAsync<RtmpProtocolException>(() => PublishAsync(name));
        Assert.Equal(CloseReason.RefusedByServer, refused.Reason);
        return refused.Message;
    }

    public async Task ConnectAndBeClosedAsync()
    {
        try
        {
            using RtmpClient client = await ConnectAsync();
            await client.ClosedAsync();
        }
        catch (SocketException closed) when (closed.SocketErrorCode == SocketError.ConnectionReset)
        {
            // before the client's connect was even done
        }
    }

    /// <summary>Waits until that many connections run: each has armed its timer.</summary>
    public Task AcceptedAsync(int connections) => UntilAsync(() => Counters.Connections >= connections && Time.ArmedTimers >= connections);

    /// <summary>Moves time forward as it goes by itself: a little at a time, and nobody misses a moment that he waits for.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        TimeSpan step = TimeSpan.FromSeconds(1);
        for (TimeSpan done = TimeSpan.Zero; done < by; done += step)
        {
            Time.Advance(step);
            await UntilAsync(() => Time.ArmedTimers >= Counters.Connections); // those that were due have looked
        }
    }

    /// <summary>Waits for what happens on the connection's loop.</summary>
    public static async Task UntilAsync(Func<bool> isSo)
    {
        using var late = new CancellationTokenSource(Limit);
        while (!isSo())
        {
            late.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public static StreamKey KeyOf(string path)
    {
        Assert.True(StreamKey.TryParse(path, out StreamKey key, out _));
        return key;
    }

    public async ValueTask DisposeAsync()
    {
        Task stopping = Endpoint.StopAsync(CancellationToken.None);
        await Transport.DisposeAsync();
        await stopping;
        Endpoint.Dispose();
        Slabs.Dispose();
    }
}

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

    public IngestRig()
    {
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

    public IngestOptions Options { get; } = new() { Port = 0 };

    public FakeAuthorizer Authorizer { get; } = new();

    public StreamHub Hub { get; }

    public TransportHost Transport { get; }

    public RtmpEndpoint Endpoint { get; }

    /// <summary>Who takes players; nobody at first.</summary>
    public Func<RtmpServerSession, IDisposable?> Play { get; set; } = _ => null;

    public static async Task<IngestRig> StartAsync(Action<IngestOptions>? configure = null)
    {
        var rig = new IngestRig();
        configure?.Invoke(rig.Options);
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
        (_, _, session) => Play(session),
        Counters,
        Unlucky,
        Log);

    public async Task<RtmpClient> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("localhost", Endpoint.Port);
        return new RtmpClient(socket, Slabs.Pool);
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

using MediaServer.Hub;
using MediaServer.Ingest;
using MediaServer.TestKit;
using MediaServer.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MediaServer.Playback.Tests.Support;

/// <summary>Hub, transport, RTMP port and players, wired as the server wires them; the test is the publisher.</summary>
internal sealed class PlaybackServer : IAsyncDisposable
{
    private readonly RtmpEndpoint _endpoint;
    private readonly TestPublisher _publisher;

    private PlaybackServer(TransportOptions transport, HubOptions hub, PlaybackOptions playback, TimeProvider time)
    {
        Transport = new TransportHost(transport, Slabs.Pool, time, NullLogger<TransportHost>.Instance);
        Hub = new StreamHub(hub, TimeProvider.System);
        Players = new RtmpPlayers(Hub, Options.Create(playback), time, NullLogger<RtmpPlayers>.Instance);
        _endpoint = new RtmpEndpoint(
            Options.Create(new IngestOptions { Port = 0 }),
            Hub,
            Slabs.Pool,
            Transport,
            new OpenAccess(),
            (_, _) => LoginAnswer.Accept(),
            Players.TryPlay,
            () => null,
            new IngestCounters(),
            TimeProvider.System,
            NullLogger<RtmpEndpoint>.Instance);
        _publisher = new TestPublisher(Hub, Slabs.Pool, TimeProvider.System);
    }

    public LeakCheckingPool Slabs { get; } = new();

    public StreamHub Hub { get; }

    public TransportHost Transport { get; }

    public EventLoop Loop => Transport.Loops[0];

    public RtmpPlayers Players { get; }

    public StreamTopic Topic => _publisher.Topic;

    public int Port => _endpoint.Port;

    public static async Task<PlaybackServer> StartAsync(
        bool isManaged = false, HubOptions? hub = null, PlaybackOptions? playback = null, TimeProvider? time = null)
    {
        var server = new PlaybackServer(
            new TransportOptions { Loops = 1, ManagedOnly = isManaged },
            hub ?? new HubOptions(),
            playback ?? new PlaybackOptions(),
            time ?? TimeProvider.System);
        await server._endpoint.StartAsync(CancellationToken.None);
        return server;
    }

    /// <summary>Looks until it is so: what is waited for happens on other threads.</summary>
    public static async Task UntilAsync(Func<bool> isSo)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!isSo())
        {
            late.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public void PublishVideo(bool isRandomAccess, int lengthBytes = 1000, byte track = 0) =>
        _publisher.PublishVideo(isRandomAccess, lengthBytes, track);

    public void PublishAudio() => _publisher.PublishAudio();

    public void EndStream() => _publisher.EndStream();

    public Task StopAsync() => _endpoint.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        EndStream();
        await StopAsync();
        await Transport.DisposeAsync();
        _endpoint.Dispose();
        _publisher.Dispose();
        Slabs.Dispose();
    }
}

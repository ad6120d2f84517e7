using MediaServer.Hub;
using MediaServer.Ingest;
using MediaServer.Media;
using MediaServer.TestKit;
using MediaServer.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MediaServer.Playback.Tests.Support;

/// <summary>Hub, transport, RTMP port and players, wired as the server wires them; the test is the publisher.</summary>
internal sealed class PlaybackServer : IAsyncDisposable
{
    private readonly PayloadBuilder _payload;
    private readonly RtmpEndpoint _endpoint;
    private readonly Publication _publication;
    private long _dts;
    private bool _ended;

    private PlaybackServer(TransportOptions transport, HubOptions hub, PlaybackOptions playback, TimeProvider time)
    {
        Transport = new TransportHost(transport, Slabs.Pool, TimeProvider.System, NullLogger<TransportHost>.Instance);
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
        _payload = new PayloadBuilder(Slabs.Pool);
        Assert.True(StreamKey.TryParse("live/show", out StreamKey key, out _));
        _publication = Hub.TryPublish(key, out _)!;
    }

    public LeakCheckingPool Slabs { get; } = new();

    public StreamHub Hub { get; }

    public TransportHost Transport { get; }

    public RtmpPlayers Players { get; }

    public StreamTopic Topic => _publication.Topic;

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

    /// <summary>Publishes a video frame of so many bytes, 40 ms after the one before.</summary>
    public void PublishVideo(bool isRandomAccess, int lengthBytes = 1000, byte track = 0)
    {
        byte[] body = new byte[lengthBytes];
        body[0] = isRandomAccess ? (byte)0x17 : (byte)0x27;
        body[1] = 1;
        using (var received = new SlabSequence(Slabs.Pool, body))
        {
            _payload.Append(received.Sequence);
        }

        var info = new FrameInfo
        {
            Kind = MediaKind.Video,
            Codec = MediaCodec.Avc,
            TrackId = track,
            DataOffset = 5,
            Dts = _dts += 40,
            ReceivedAt = TimeProvider.System.GetTimestamp(),
            Traits = isRandomAccess ? FrameTraits.RandomAccess : FrameTraits.None,
        };
        _publication.Publish(MediaFrame.Create(info, _payload));
    }

    /// <summary>Publishes an audio frame with the time of the last video frame.</summary>
    public void PublishAudio()
    {
        using (var received = new SlabSequence(Slabs.Pool, [0xAF, 1, 0, 0]))
        {
            _payload.Append(received.Sequence);
        }

        var info = new FrameInfo
        {
            Kind = MediaKind.Audio,
            Codec = MediaCodec.Aac,
            DataOffset = 2,
            Dts = _dts,
            ReceivedAt = TimeProvider.System.GetTimestamp(),
        };
        _publication.Publish(MediaFrame.Create(info, _payload));
    }

    public void EndStream()
    {
        _ended = true;
        _publication.Dispose();
    }

    public Task StopAsync() => _endpoint.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (!_ended)
        {
            EndStream();
        }

        await StopAsync();
        await Transport.DisposeAsync();
        _endpoint.Dispose();
        _payload.Dispose();
        Slabs.Dispose();
    }
}

using System.Net;
using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Playback;
using MediaServer.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MediaServer.Micro;

/// <summary>
/// From publishing a frame until the kernel has it for each of 200 RTMP players: the real hub, the real players and their walk on a real
/// shard, over loopback sockets. An operation is a frame of one player; most of it is the kernel's. Players read between the measurements.
/// </summary>
[WarmupCount(60)]
[IterationCount(60)]
public class ShardWalkBenchmarks : IDisposable
{
    private const int Players = 200;
    private const int Frames = 8; // their bytes have to fit into the sockets' buffers

    private readonly SlabPool _pool = new();
    private readonly List<Socket> _clients = [];
    private readonly List<BenchPlayer> _players = [];
    private readonly byte[] _scratch = new byte[256 * 1024];
    private RealFrames? _frames;
    private TransportHost? _transport;
    private Publication? _publication;
    private EventLoop? _loop;
    private long _bytesToSend;

    /// <summary>Connects the players.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _frames = new RealFrames(_pool);
        _transport = new TransportHost(new TransportOptions { Loops = 1 }, _pool, TimeProvider.System, NullLogger<TransportHost>.Instance);
        var hub = new StreamHub(new HubOptions(), TimeProvider.System);
        _publication = hub.TryPublish(Known.Stream, out _);
        MediaFrame first = _frames.Next(); // a key frame, which each player begins with
        _bytesToSend = (long)first.GetLengthBytes(FrameEnvelope.Rtmp) * Players;
        _publication!.Publish(first);
        var players = new RtmpPlayers(
            hub, Options.Create(new PlaybackOptions { FlushInterval = Known.AtOnce }), TimeProvider.System, NullLogger<RtmpPlayers>.Instance);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(Players);
        for (int i = 0; i < Players; i++)
        {
            var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(listener.LocalEndPoint!);
            client.Blocking = false;
            _clients.Add(client);
            TransportConnection connection = _transport.Adopt(listener.Accept());
            _loop = connection.Loop; // the same for all
            _players.Add(BenchPlayer.Start(connection, players, Known.Stream, _pool));
        }

        PublishToPlayers(); // which wakes them: they have caught up afterwards
    }

    /// <summary>Empties the sockets.</summary>
    [IterationSetup]
    public void Drain()
    {
        foreach (Socket client in _clients)
        {
            while (client.Available > 0)
            {
                client.Receive(_scratch);
            }
        }
    }

    /// <summary>Publishes frames one by one, each when the one before is with the kernel for all.</summary>
    [Benchmark(OperationsPerInvoke = Frames * Players)]
    [Budget(nanoseconds: 12_000, bytes: 0)]
    public void PublishToPlayers()
    {
        for (int i = 0; i < Frames; i++)
        {
            MediaFrame frame = _frames!.Next();
            _bytesToSend += (long)frame.GetLengthBytes(FrameEnvelope.Rtmp) * Players;
            _publication!.Publish(frame);
            WaitForKernel();
        }
    }

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        _players.ForEach(player => player.Dispose());
        _publication?.Dispose();
        _transport?.DisposeAsync().AsTask().Wait();
        _clients.ForEach(client => client.Dispose());
        _frames?.Dispose();
        GC.SuppressFinalize(this);
    }

    private void WaitForKernel()
    {
        long begun = TimeProvider.System.GetTimestamp();
        while (_loop!.BytesSent < _bytesToSend)
        {
            Thread.SpinWait(20);
            if (TimeProvider.System.GetElapsedTime(begun) > TimeSpan.FromSeconds(5))
            {
                throw new InvalidOperationException($"The shard sent {_loop.BytesSent} of {_bytesToSend} bytes.");
            }
        }
    }
}

using System.Buffers;
using MediaServer.Media;
using MediaServer.Playback;
using MediaServer.Rtmp;
using MediaServer.Transport;

namespace MediaServer.Micro;

/// <summary>A player of the server, at the point where its stream begins: a client asked to play, in memory, and was answered.</summary>
internal sealed class BenchPlayer : IRtmpMediaSink, IDisposable
{
    private readonly TransportConnection _connection;
    private readonly RtmpServerSession _session;
    private IDisposable? _player;

    private BenchPlayer(TransportConnection connection, SlabPool pool)
    {
        _connection = connection;
        var answers = new ArrayBufferWriter<byte>();
        var calls = new ArrayBufferWriter<byte>();
        var target = new RtmpClientTarget { Host = "localhost", App = "live", StreamName = "bench", Capabilities = RtmpCapabilities.None };
        using var client = new RtmpClientSession(calls, this, pool, new RtmpLimits(), TimeProvider.System, target, RtmpClientRole.Play);
        _session = new RtmpServerSession(answers, this, pool, new RtmpLimits(), TimeProvider.System);
        client.Start();
        while (_session.PendingRequest is null)
        {
            Pass(calls, _session);
            Pass(answers, client);
        }
    }

    /// <summary>Starts one on a connection.</summary>
    public static BenchPlayer Start(TransportConnection connection, RtmpPlayers players, StreamKey key, SlabPool pool)
    {
        var player = new BenchPlayer(connection, pool);
        player.RunOnLoop(() => player._player = players.TryPlay(key, connection, player._session, out _));
        return player;
    }

    /// <inheritdoc/>
    public void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        // Nobody publishes.
    }

    /// <inheritdoc/>
    public void OnPublishEnded()
    {
        // Nobody publishes.
    }

    /// <inheritdoc/>
    public void OnPlayEnded()
    {
        // The benchmark ends it.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        RunOnLoop(() => _player?.Dispose());
        _session.Dispose();
    }

    private static void Pass(ArrayBufferWriter<byte> bytes, RtmpSession to)
    {
        to.Receive(new ReadOnlySequence<byte>(bytes.WrittenMemory.ToArray())); // whole messages, so nothing is left over
        bytes.ResetWrittenCount();
    }

    private void RunOnLoop(Action work)
    {
        using var done = new ManualResetEventSlim();
        _connection.Loop.Post(() =>
        {
            work();
            done.Set();
        });
        done.Wait(TimeSpan.FromSeconds(10));
    }
}

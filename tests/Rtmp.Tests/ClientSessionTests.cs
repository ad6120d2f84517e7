using System.Buffers;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Rtmp.Tests;

public sealed class ClientSessionTests : IDisposable
{
    private static readonly RtmpClientTarget Target = new() { Host = "localhost", App = "live", StreamName = "show?key=secret" };

    private readonly LeakCheckingPool _pool = new();
    private readonly ArrayBufferWriter<byte> _toServer = new();
    private readonly ArrayBufferWriter<byte> _toClient = new();
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingSink _serverSink = new();
    private readonly RecordingSink _clientSink = new();
    private readonly RtmpServerSession _server;

    public ClientSessionTests() => _server = new(_toClient, _serverSink, _pool.Pool, new RtmpLimits(), _time);

    [Fact]
    public void A_client_publishes_to_our_server()
    {
        using RtmpClientSession client = Client(RtmpClientRole.Publish);

        Talk(client);
        PublishRequest request = Assert.IsType<PublishRequest>(_server.PendingRequest);
        Assert.Equal(("live", "show", "key=secret"), (request.App, request.StreamName, request.Query));
        Assert.Equal(RtmpSessionState.Connected, client.State);
        _server.AcceptPublish();
        Talk(client);
        Assert.Equal(RtmpSessionState.Publishing, client.State);
        Assert.Equal(1u, client.MessageStreamId);

        client.WriteMedia(RtmpMessageType.Video, 0x1000000, new byte[100_000]);
        client.WriteMedia(RtmpMessageType.Audio, 5, [0xAF, 1]);
        client.Stop();
        Talk(client);

        Assert.Equal(100_000, _serverSink.Media[0].Payload.Length);
        Assert.Equal(0x1000000u, _serverSink.Media[0].Header.Timestamp);
        Assert.Equal(["Audio 5 1 AF01", "publish ended"], _serverSink.Events[1..]);
        Assert.True(client.IsClosed);
        Assert.Throws<InvalidOperationException>(() => client.WriteMedia(RtmpMessageType.Audio, 5, [0xAF, 1]));
    }

    [Fact]
    public void A_client_plays_the_frames_that_our_server_sends()
    {
        using RtmpClientSession client = Client(RtmpClientRole.Play);
        Talk(client);
        Assert.IsType<PlayRequest>(_server.PendingRequest);
        _server.AcceptPlay();
        Talk(client);
        Assert.Equal(RtmpSessionState.Playing, client.State);
        Assert.All(_clientSink.Media, media => Assert.Equal(RtmpMessageType.Data, media.Header.Type));
        _clientSink.Events.Clear();

        var room = new EnvelopeRoom(1);
        foreach (long dts in new[] { 40, 0xFFFFFF, uint.MaxValue, 1L << 33 })
        {
            MediaFrame frame = MediaFrame.CreateOwned(new FrameInfo { Kind = MediaKind.Video, Dts = dts }, [0x17, 0]);
            var vectors = new IoVector[4];
            int count = frame.WriteVectors(FrameEnvelope.Rtmp, 0, room[0], vectors);
            foreach (IoVector vector in vectors.AsSpan(0, count))
            {
                _toClient.Write(vector.AsSpan());
            }
        }

        GC.KeepAlive(room);
        _server.EndPlay();
        Talk(client);

        Assert.Equal(["Video 40 1 1700", "Video 16777215 1 1700", "Video 4294967295 1 1700", "Video 0 1 1700", "play ended"], _clientSink.Events);
        Assert.Equal(RtmpSessionState.Connected, client.State);
    }

    [Fact]
    public void Both_sides_understand_each_other_byte_by_byte()
    {
        using RtmpClientSession client = Client(RtmpClientRole.Publish);

        Talk(client, pieceBytes: 1);
        _server.AcceptPublish();
        Talk(client, pieceBytes: 1);

        Assert.Equal(RtmpSessionState.Publishing, client.State);
    }

    [Fact]
    public void A_refusal_ends_the_client_with_its_code()
    {
        using RtmpClientSession client = Client(RtmpClientRole.Publish);
        Talk(client);
        _server.RefusePublish("NetStream.Publish.BadName", "Taken.");

        RtmpProtocolException refused = Assert.Throws<RtmpProtocolException>(() => Talk(client));

        Assert.Equal(CloseReason.RefusedByServer, refused.Reason);
        Assert.Contains("NetStream.Publish.BadName", refused.Message, StringComparison.Ordinal);
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void Pings_of_the_server_are_answered_by_the_client()
    {
        using RtmpClientSession client = Client(RtmpClientRole.Play);
        Talk(client);
        _server.AcceptPlay();
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.False(_server.CheckPeer().IsGone);
        _time.Advance(TimeSpan.FromSeconds(15));

        Talk(client);

        Assert.Equal(new PeerCheck(IsGone: false, TimeSpan.FromSeconds(15)), _server.CheckPeer());
    }

    [Fact]
    public void Both_sides_tell_each_other_what_they_can_do()
    {
        using RtmpClientSession client = Client(RtmpClientRole.Publish);
        Assert.False(client.ServerCapabilities.IsEnhanced);

        Talk(client);

        RtmpCapabilities heard = _server.PendingRequest!.Capabilities;
        Assert.Equal(RtmpCapabilities.Forwarder.FourCcList.AsEnumerable(), heard.FourCcList);
        Assert.Equal(RtmpCapabilities.Forwarder.VideoFourCcs, heard.VideoFourCcs);
        Assert.Equal(RtmpCapabilities.Forwarder.AudioFourCcs, heard.AudioFourCcs);
        Assert.Equal(RtmpCapabilities.Forwarder.Extensions, heard.Extensions);
        Assert.Equal(RtmpCapabilities.Forwarder.VideoFunctions, heard.VideoFunctions);
        Assert.Equal(RtmpCapabilities.Forwarder.VideoFourCcs, client.ServerCapabilities.VideoFourCcs);
        Assert.Equal(RtmpCapabilities.Forwarder.Extensions, client.ServerCapabilities.Extensions);
    }

    [Fact]
    public void A_client_may_keep_to_itself_what_it_can_do()
    {
        using RtmpClientSession client = Client(RtmpClientRole.Publish, Target with { Capabilities = RtmpCapabilities.None });

        Talk(client);

        Assert.False(_server.PendingRequest!.Capabilities.IsEnhanced);
        Assert.False(client.ServerCapabilities.IsEnhanced);
    }

    [Fact]
    public void A_server_of_another_version_is_named()
    {
        using RtmpClientSession client = Client(RtmpClientRole.Play);
        byte[] answer = new byte[1537];
        answer[0] = 4;

        Assert.Equal(
            CloseReason.UnsupportedVersion,
            Assert.Throws<RtmpProtocolException>(() => client.Receive(new ReadOnlySequence<byte>(answer))).Reason);
    }

    [Fact]
    public void A_target_shows_no_key() => Assert.Equal("live/show", Target.ToString());

    public void Dispose()
    {
        _server.Dispose();
        _pool.Dispose();
    }

    private RtmpClientSession Client(RtmpClientRole role, RtmpClientTarget? target = null)
    {
        var client = new RtmpClientSession(_toServer, _clientSink, _pool.Pool, new RtmpLimits(), new ManualTimeProvider(), target ?? Target, role);
        client.Start();
        return client;
    }

    // Carries bytes to and fro until both are silent.
    private void Talk(RtmpClientSession client, int pieceBytes = int.MaxValue)
    {
        bool isTalking = true;
        while (isTalking)
        {
            isTalking = Carry(_toServer, _server, pieceBytes) | Carry(_toClient, client, pieceBytes);
        }
    }

    private static bool Carry(ArrayBufferWriter<byte> from, RtmpSession to, int pieceBytes)
    {
        byte[] bytes = from.WrittenSpan.ToArray();
        from.Clear();
        int consumed = 0;
        for (int arrived = 0; arrived < bytes.Length && !to.IsClosed;)
        {
            arrived = (int)Math.Min((long)arrived + pieceBytes, bytes.Length);
            var unread = new ReadOnlySequence<byte>(bytes, consumed, arrived - consumed);
            consumed += (int)unread.Slice(0, to.Receive(unread)).Length;
        }

        from.Write(bytes.AsSpan(consumed));
        return consumed > 0;
    }
}

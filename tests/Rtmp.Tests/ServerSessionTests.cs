using System.Buffers;
using MediaServer.TestKit;

namespace MediaServer.Rtmp.Tests;

public class ServerSessionTests
{
    private const string Audio = "04 000000 000001 08 01000000 AA";

    [Fact]
    public void Connect_is_answered_with_windows_chunk_size_and_result()
    {
        using var peer = new Peer();
        peer.ShakeHands();

        peer.Call("connect", 1, AmfValue.FromObject(new("app", "live"), new("objectEncoding", 3)));

        List<Answer> answers = peer.TakeAnswers();
        Assert.Equal(
            ["WindowAcknowledgementSize", "SetPeerBandwidth", "SetChunkSize", "_result NetConnection.Connect.Success"],
            answers.Select(answer => answer.ToString()));
        Assert.Equal(10u * 1024 * 1024, answers[2].Number);
        Assert.Equal(1, answers[3].Command.TransactionId);
        Assert.Equal(3, answers[3].Command[1]["objectEncoding"].Number);
        Assert.Equal("FMS/3,5,7,7009", answers[3].Command[0]["fmsVer"].Text);
    }

    [Fact]
    public void Publishing_goes_from_request_to_media_to_its_end()
    {
        using Peer peer = Peer.Connected();
        peer.Call("releaseStream", 2, AmfValue.Null, "show");
        peer.Call("FCPublish", 3, AmfValue.Null, "show");
        peer.Call("createStream", 4, AmfValue.Null);
        List<Answer> answers = peer.TakeAnswers();
        Assert.Equal(["_result", "_result", "onFCPublish NetStream.Publish.Start", "_result"], answers.Select(answer => answer.ToString()));
        Assert.Equal([2, 3, 0, 4], answers.Select(answer => answer.Command.TransactionId));
        Assert.Equal(AmfKind.Null, answers[3].Command[0].Kind);
        Assert.Equal(1, answers[3].Command[1].Number);

        peer.Call("publish", 5, AmfValue.Null, "show?key=secret", "live");
        PublishRequest request = Assert.IsType<PublishRequest>(peer.Session.PendingRequest);
        Assert.Equal(("live", "show", "key=secret", "live/show"), (request.App, request.StreamName, request.Query, request.Path));
        Assert.Empty(peer.TakeAnswers());
        peer.Session.AcceptPublish();
        Answer start = Assert.Single(peer.TakeAnswers());
        Assert.Equal(("onStatus NetStream.Publish.Start", 1u), (start.ToString(), start.MessageStreamId));
        Assert.Equal("status", start.Command[1]["level"].Text);

        peer.Send(Audio);
        peer.Call("FCUnpublish", 6, AmfValue.Null, "show");
        peer.Call("closeStream", 0, AmfValue.Null);
        peer.Call("deleteStream", 7, AmfValue.Null, "show"); // GStreamer names the stream by its name
        peer.Send(Audio);
        Assert.Equal(["Audio 0 1 AA", "publish ended"], peer.Sink.Events);
        Assert.Equal(
            ["_result", "onFCUnpublish NetStream.Unpublish.Success", "onStatus NetStream.Unpublish.Success"],
            peer.TakeAnswers().Select(answer => answer.ToString()));
        Assert.Equal(RtmpSessionState.Connected, peer.Session.State);
    }

    [Fact]
    public void Nothing_behind_a_request_is_consumed_until_it_is_answered()
    {
        using Peer peer = Peer.Connected();
        peer.Writer.WriteCommand(1, "publish", 5, AmfValue.Null, "show", "live");
        peer.Writer.Write(4, RtmpMessageType.Audio, 7, 1, [0xAF]);
        peer.Send();

        Assert.NotNull(peer.Session.PendingRequest);
        Assert.Equal(13, peer.UnreadBytes);
        peer.Send("04");
        Assert.Equal(14, peer.UnreadBytes);

        peer.Session.AcceptPublish();
        peer.Send("");
        Assert.Equal(["Audio 7 1 AF"], peer.Sink.Events);
        Assert.Equal(1, peer.UnreadBytes);
    }

    [Fact]
    public void Playing_is_answered_in_the_order_that_players_need()
    {
        using Peer peer = Peer.Connected();
        peer.Call("createStream", 2, AmfValue.Null);
        peer.Call("getStreamLength", 3, AmfValue.Null, "show");
        peer.Call("FCSubscribe", 0, AmfValue.Null, "show");
        Assert.Equal(["_result", "_result", "onFCSubscribe NetStream.Play.Start"], peer.TakeAnswers().Select(answer => answer.ToString()));

        peer.Call("play", 4, AmfValue.Null, "show", -2000);
        Assert.Equal("live/show", Assert.IsType<PlayRequest>(peer.Session.PendingRequest).Path);
        peer.Session.AcceptPlay();
        Assert.Equal(
            ["user control 0", "onStatus NetStream.Play.Reset", "onStatus NetStream.Play.Start", "data |RtmpSampleAccess"],
            peer.TakeAnswers().Select(answer => answer.ToString()));
        Assert.Equal(RtmpSessionState.Playing, peer.Session.State);

        peer.Session.EndPlay();
        peer.Session.EndPlay();
        Assert.Equal(
            ["user control 1", "onStatus NetStream.Play.Stop", "onStatus NetStream.Play.UnpublishNotify"],
            peer.TakeAnswers().Select(answer => answer.ToString()));
        Assert.Equal(RtmpSessionState.Connected, peer.Session.State);
        Assert.Empty(peer.Sink.Events);
    }

    [Fact]
    public void A_refusal_tells_the_client_and_closes()
    {
        using Peer publisher = Peer.Connected();
        publisher.Call("publish", 5, AmfValue.Null, "show", "live");
        publisher.Session.RefusePublish("NetStream.Publish.BadName", "Taken.");
        using Peer player = Peer.Connected();
        player.Call("play", 5, AmfValue.Null, "show");
        player.Session.RefusePlay("NetStream.Play.StreamNotFound", "Nothing there.");

        Answer status = Assert.Single(publisher.TakeAnswers());
        Assert.Equal("onStatus NetStream.Publish.BadName", status.ToString());
        Assert.Equal(("error", "Taken."), (status.Command[1]["level"].Text, status.Command[1]["description"].Text));
        Assert.Equal("onStatus NetStream.Play.StreamNotFound", Assert.Single(player.TakeAnswers()).ToString());
        Assert.True(publisher.Session.IsClosed);
        Assert.True(player.Session.IsClosed);
    }

    [Fact]
    public void A_publisher_can_be_told_to_stop()
    {
        using Peer peer = Peer.Publishing();

        peer.Session.EndPublish("NetStream.Publish.Denied", "Kicked.");
        peer.Send(Audio);

        Assert.Equal("onStatus NetStream.Publish.Denied", Assert.Single(peer.TakeAnswers()).ToString());
        Assert.True(peer.Session.IsClosed);
        Assert.Empty(peer.Sink.Events);
    }

    [Fact]
    public void An_answer_to_no_request_is_a_mistake_of_ours()
    {
        using Peer peer = Peer.Connected();
        peer.Call("publish", 5, AmfValue.Null, "show", "live");

        Assert.Throws<InvalidOperationException>(peer.Session.AcceptPlay);
        peer.Session.AcceptPublish();
        Assert.Throws<InvalidOperationException>(peer.Session.AcceptPublish);
    }

    [Fact]
    public void Where_a_recording_would_start_means_nothing_to_a_live_stream()
    {
        foreach (AmfValue[] arguments in new AmfValue[][] { [], [-2], [-2000], [0], [1000, 5], [-1000, -1000, true], [0, 0, false], [AmfValue.Null, "x"] })
        {
            using Peer peer = Peer.Connected();

            peer.Call("play", 4, [AmfValue.Null, "show", .. arguments]);

            Assert.Equal("live/show", Assert.IsType<PlayRequest>(peer.Session.PendingRequest).Path);
        }
    }

    [Fact]
    public void Empty_data_is_passed_on_as_it_is()
    {
        using Peer peer = Peer.Publishing();

        peer.Send("05 000000 000000 12 01000000  05 000000 000000 0F 01000000  05 000000 000001 0F 01000000 00  05 000000 000000 16 01000000");

        Assert.Equal(["Data 0 1 ", "Data 0 1 ", "Data 0 1 "], peer.Sink.Events);
    }

    [Fact]
    public void Unknown_codecs_pass_through_as_they_are()
    {
        using Peer peer = Peer.Publishing();

        peer.Send("06 000000 000008 09 01000000 90 7A7A7A7A 010203  04 000000 000005 08 01000000 95 F0 7A7A7A");

        Assert.Equal(["Video 0 1 907A7A7A7A010203", "Audio 0 1 95F07A7A7A"], peer.Sink.Events);
    }

    [Fact]
    public void What_a_sink_takes_over_is_not_released_by_the_session()
    {
        using var pool = new LeakCheckingPool();
        using var sink = new KeepingSink();
        using var session = new RtmpServerSession(new ArrayBufferWriter<byte>(), sink, pool.Pool, new RtmpLimits(), new ManualTimeProvider());
        var wire = new ArrayBufferWriter<byte>();
        wire.Write((ReadOnlySpan<byte>)[3]);
        wire.Write(new byte[2 * 1536]);
        var writer = new ChunkWriter(wire);
        writer.WriteCommand(0, "connect", 1, AmfValue.FromObject(new AmfProperty("app", "live")));
        writer.WriteCommand(1, "publish", 2, AmfValue.Null, "show", "live");
        writer.Write(6, RtmpMessageType.Video, 40, 1, [0x17, 1, 0, 0, 0, 1, 2, 3]);
        using (var received = new SlabSequence(pool.Pool, wire.WrittenSpan, wire.WrittenCount - 4))
        {
            SequencePosition consumed = session.Receive(received.Sequence);
            session.AcceptPublish();
            session.Receive(received.Sequence.Slice(consumed));
        }

        Span<byte> payload = stackalloc byte[8];
        Assert.Equal(8, sink.Frame!.CopyTo(payload));
        Assert.Equal([0x17, 1, 0, 0, 0, 1, 2, 3], payload.ToArray());
    }
}

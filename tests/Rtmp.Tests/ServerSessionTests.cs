using System.Buffers;
using System.Diagnostics;
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
    public void A_player_that_stops_is_reported_once()
    {
        using Peer peer = Peer.Connected();
        peer.Call("play", 4, AmfValue.Null, "show");
        peer.Session.AcceptPlay();

        peer.Call("deleteStream", 0, AmfValue.Null, 1);
        peer.Call("closeStream", 0, AmfValue.Null);

        Assert.Equal(["play ended"], peer.Sink.Events);
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

    [Theory]
    [InlineData("publish")]
    [InlineData("play")]
    [InlineData("createStream")]
    [InlineData("anything")]
    public void A_command_before_connect_ends_the_session(string name)
    {
        using var peer = new Peer();
        peer.ShakeHands();

        Assert.Equal(
            CloseReason.CommandBeforeConnect,
            Assert.Throws<RtmpProtocolException>(() => peer.Call(name, 1, AmfValue.Null, "show")).Reason);
    }

    [Fact]
    public void Asking_twice_is_answered_with_errors_and_changes_nothing()
    {
        using Peer peer = Peer.Publishing();

        peer.Call("connect", 9, AmfValue.FromObject(new AmfProperty("app", "other")));
        peer.Call("publish", 10, AmfValue.Null, "other", "live");
        peer.Call("play", 11, AmfValue.Null, "show");
        peer.Send(Audio);

        Assert.Equal(
            ["_error NetConnection.Connect.Rejected", "onStatus NetStream.Publish.BadName", "onStatus NetStream.Play.Failed"],
            peer.TakeAnswers().Select(answer => answer.ToString()));
        Assert.Equal(RtmpSessionState.Publishing, peer.Session.State);
        Assert.Single(peer.Sink.Media);
    }

    [Fact]
    public void Media_on_a_stream_that_nobody_created_is_dropped()
    {
        using Peer peer = Peer.Publishing();

        peer.Send("04 000000 000001 08 05000000 AA");

        Assert.Empty(peer.Sink.Events);
        Assert.Equal(1, peer.Session.DroppedMessages);
    }

    [Fact]
    public void A_client_may_publish_again_on_the_same_connection()
    {
        using Peer peer = Peer.Publishing();
        peer.Send("06 000000 000100 09 01000000" + new string('A', 256)); // half a frame
        peer.Call("deleteStream", 6, AmfValue.Null, 1);
        peer.Send("C6" + new string('A', 256)); // its other half comes too late

        peer.Call("publish", 7, AmfValue.Null, "show", "live");
        peer.Session.AcceptPublish();
        peer.Send(Audio);

        Assert.Equal(["publish ended", "Audio 0 1 AA"], peer.Sink.Events);
    }

    [Theory]
    [InlineData("mystery", 9, "_error NetConnection.Call.Failed")]
    [InlineData("mystery", 0, null)]
    [InlineData("mystery", double.NaN, null)]
    [InlineData("mystery", double.PositiveInfinity, null)]
    [InlineData("_checkbw", 9, "_result")]
    [InlineData("_result", 9, null)]
    [InlineData("receiveAudio", 9, null)]
    [InlineData("pause", 9, "onStatus NetStream.Unpause.Notify")]
    [InlineData("seek", 9, "onStatus NetStream.Seek.Notify")]
    [InlineData("createStream", 9, "_result")]
    public void Other_commands_are_answered_when_they_want_to_be_and_never_end_a_session(string name, double transaction, string? expected)
    {
        using Peer peer = Peer.Connected();

        peer.Call(name, transaction, AmfValue.Null);

        Assert.Equal(expected is null ? [] : [expected], peer.TakeAnswers().Select(answer => answer.ToString()));
        Assert.False(peer.Session.IsClosed);
    }

    [Theory]
    [InlineData("03 000000 000001 14 00000000 05")] // no name
    [InlineData("03 000000 000000 14 00000000")]
    [InlineData("03 000000 000005 14 00000000 02 0001 61 FF")]
    [InlineData("03 000000 000009 11 00000000 00 02 0001 61 11 0A 0B 01")] // AMF3 values
    public void A_malformed_command_ends_the_session(string hex)
    {
        using Peer peer = Peer.Connected();

        Assert.Equal(CloseReason.MalformedCommand, peer.SendAndFail(hex));
    }

    [Fact]
    public void Commands_and_data_come_in_the_AMF3_envelope_too()
    {
        using Peer peer = Peer.Publishing();

        peer.Send("05 000009 000005 0F 01000000 00 02 0001 61");
        peer.Send("03 000000 00000E 11 00000000 00 02 0001 61 00 4000000000000000");

        Assert.Equal(["Data 9 1 02000161"], peer.Sink.Events);
        Assert.Equal("_error NetConnection.Call.Failed", Assert.Single(peer.TakeAnswers()).ToString());
    }

    [Fact]
    public void An_aggregate_is_taken_apart_and_its_lies_end_it()
    {
        using Peer peer = Peer.Publishing();
        const string Tags = "08 000002 000010 00 000000 A1A2 0000000D  09 000001 000024 00 000000 B1 0000000C";

        peer.Send($"05 0003E8 000021 16 01000000 {Tags}");
        peer.Send($"05 0003E8 000024 16 01000000 {Tags} 08 FFFF");
        peer.Send("05 0003E8 00000F 16 01000000 16 000000 000000 00 000000 0000000B"); // an aggregate in an aggregate

        string[] expected = ["Audio 1000 1 A1A2", "Video 1020 1 B1"];
        Assert.Equal([.. expected, .. expected], peer.Sink.Events);
        Assert.Equal(2, peer.Session.DroppedMessages);
    }

    [Fact]
    public void An_aggregate_of_very_many_tags_costs_no_more_than_its_bytes()
    {
        const int TagBytes = 11 + 4;
        const int Tags = 600_000;
        using Peer peer = Peer.Publishing();
        var wire = new ArrayBufferWriter<byte>();
        byte[] aggregate = new byte[Tags * TagBytes];
        for (int i = 0; i < aggregate.Length; i += TagBytes)
        {
            aggregate[i] = (byte)RtmpMessageType.Data;
        }

        var writer = new ChunkWriter(wire);
        writer.AnnounceChunkSize();
        writer.Write(5, RtmpMessageType.Aggregate, 0, 1, aggregate);
        int[] cuts = [.. Enumerable.Range(1, wire.WrittenCount / (16 * 1024)).Select(i => i * 16 * 1024)];
        using var received = new SlabSequence(peer.Pool, wire.WrittenSpan, cuts);

        var taken = Stopwatch.StartNew();
        peer.Session.Receive(received.Sequence);

        Assert.Equal(Tags, peer.Sink.Media.Count);
        Assert.InRange(taken.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5)); // looked through from its front for each tag, it takes many times that
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
        using var sink = new KeepingSink(pool.Pool);
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

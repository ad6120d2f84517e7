namespace MediaServer.Rtmp.Tests;

public class OneStreamTests
{
    private const string Audio = "04 000000 000001 08 01000000 AA";

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
    public void Who_plays_has_one_stream_too()
    {
        using Peer peer = Peer.Playing();

        peer.Call("play", 10, AmfValue.Null, "show");
        peer.Call("publish", 11, AmfValue.Null, "other", "live");

        Assert.Equal(["onStatus NetStream.Play.Failed", "onStatus NetStream.Publish.BadName"], peer.TakeAnswers().Select(answer => answer.ToString()));
        Assert.Equal(RtmpSessionState.Playing, peer.Session.State);
        Assert.Null(peer.Session.PendingRequest);
    }

    [Fact]
    public void A_client_may_create_its_stream_twice_before_and_while_it_publishes()
    {
        using Peer peer = Peer.Publishing();

        peer.Call("releaseStream", 6, AmfValue.Null, "show"); // what FMLE begins with, after publishing as Flash does
        peer.Call("FCPublish", 7, AmfValue.Null, "show");
        peer.Call("createStream", 8, AmfValue.Null);
        peer.Call("createStream", 9, AmfValue.Null);
        peer.Send(Audio);

        List<Answer> answers = peer.TakeAnswers();
        Assert.Equal("_result,_result,onFCPublish NetStream.Publish.Start,_result,_result", string.Join(',', answers));
        Assert.Equal([1, 1], answers[^2..].Select(answer => answer.Command[1].Number));
        Assert.Single(peer.Sink.Media);
        Assert.Equal(RtmpSessionState.Publishing, peer.Session.State);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(uint.MaxValue)]
    public void Who_plays_on_a_stream_that_frames_do_not_come_on_is_told(uint messageStreamId)
    {
        using Peer peer = Peer.Connected();

        peer.Writer.WriteCommand(messageStreamId, "play", 4, AmfValue.Null, "show");
        peer.Send();

        Answer status = Assert.Single(peer.TakeAnswers());
        Assert.Equal(("onStatus NetStream.Play.Failed", messageStreamId), (status.ToString(), status.MessageStreamId));
        Assert.True(peer.Session.IsClosed);
        Assert.Null(peer.Session.PendingRequest);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void Who_publishes_on_another_stream_is_answered_there_and_taken(uint messageStreamId)
    {
        using Peer peer = Peer.Connected();
        peer.Writer.WriteCommand(messageStreamId, "publish", 5, AmfValue.Null, "show", "live");
        peer.Send();
        peer.Session.AcceptPublish();

        peer.Send($"04 000000 000001 08 {messageStreamId:X2}000000 AA");
        peer.Send(Audio);

        Assert.Equal(messageStreamId, Assert.Single(peer.TakeAnswers()).MessageStreamId);
        Assert.Equal(2, peer.Sink.Media.Count);
    }

    [Fact]
    public void A_missing_name_is_looked_for_in_the_url_and_false_ends_the_stream()
    {
        using Peer peer = Peer.Connected();

        peer.Call("publish", 4, AmfValue.Null);
        Assert.Equal("live", peer.Session.PendingRequest!.StreamName);
        peer.Session.AcceptPublish();
        peer.Call("publish", 5, AmfValue.Null, false);

        Assert.Equal(["publish ended"], peer.Sink.Events);
        Assert.Equal(
            CloseReason.MalformedCommand,
            Assert.Throws<RtmpProtocolException>(() => peer.Call("play", 6, AmfValue.Null, 5)).Reason);
    }

    [Fact]
    public void A_player_that_says_play_false_stops()
    {
        using Peer peer = Peer.Playing();

        peer.Call("play", 5, AmfValue.Null, false);

        Assert.Equal(["play ended"], peer.Sink.Events);
    }

    [Fact]
    public void Media_before_publishing_and_after_it_goes_nowhere()
    {
        using Peer peer = Peer.Connected();
        peer.Send(Audio);
        peer.Call("publish", 5, AmfValue.Null, "show", "live");
        peer.Session.AcceptPublish();
        peer.Call("deleteStream", 6, AmfValue.Null, "show");
        peer.Send(Audio);

        Assert.Equal(["publish ended"], peer.Sink.Events);
        Assert.Equal(2, peer.Session.DroppedMessages);
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
}

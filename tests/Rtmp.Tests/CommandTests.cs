namespace MediaServer.Rtmp.Tests;

public class CommandTests
{
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

    [Theory]
    [InlineData("releaseStream", "_result")]
    [InlineData("FCPublish", "_result,onFCPublish NetStream.Publish.Start")]
    [InlineData("FCUnpublish", "_result,onFCUnpublish NetStream.Unpublish.Success")]
    [InlineData("FCSubscribe", "_result,onFCSubscribe NetStream.Play.Start")]
    [InlineData("FCUnsubscribe", "_result,onFCUnsubscribe NetStream.Play.Stop")]
    public void The_calls_of_the_Flash_Media_Server_are_answered_in_both_forms(string name, string expected)
    {
        using Peer peer = Peer.Connected();

        peer.Call(name, 9, AmfValue.Null, "show");

        List<Answer> answers = peer.TakeAnswers();
        Assert.Equal(expected, string.Join(',', answers));
        Assert.Equal(9, answers[0].Command.TransactionId);
        Assert.All(answers[1..], notice => Assert.Equal(0, notice.Command.TransactionId));
    }

    [Theory]
    [InlineData("mystery", 9, "_error NetConnection.Call.Failed")]
    [InlineData("mystery", 0, null)]
    [InlineData("mystery", double.NaN, null)]
    [InlineData("mystery", double.PositiveInfinity, null)]
    [InlineData("_checkbw", 9, "_result")]
    [InlineData("_result", 9, null)]
    [InlineData("receiveAudio", 9, null)]
    [InlineData("onBWDone", 0, null)]
    [InlineData("FCPublish", double.NaN, "onFCPublish NetStream.Publish.Start")] // some send no transaction
    [InlineData("FCUnpublish", 0, "onFCUnpublish NetStream.Unpublish.Success")]
    [InlineData("FCSubscribe", 0, "onFCSubscribe NetStream.Play.Start")]
    [InlineData("FCUnsubscribe", 0, "onFCUnsubscribe NetStream.Play.Stop")]
    [InlineData("getStreamLength", 9, "_result")]
    [InlineData("closeStream", 9, null)]
    [InlineData("deleteStream", 9, null)]
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
    [InlineData("03 000000 000007 11 00000000 00 02 0001 61 11 0C")] // a byte array
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
}

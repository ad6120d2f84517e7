namespace MediaServer.Rtmp.Tests;

public class ControlMessageTests
{
    [Fact]
    public void The_chunk_size_may_change_before_connect()
    {
        using var peer = new Peer();
        peer.ShakeHands();
        peer.Send("02 000000 000004 01 00000000 00001000"); // as OBS does
        byte[] connect = Command("connect", new string('x', 1000)); // one chunk of more than 128 bytes

        peer.Send(connect);

        Assert.Equal(RtmpSessionState.Connected, peer.Session.State);
    }

    [Theory]
    [InlineData("02 000000 000003 01 00000000 001000")]
    [InlineData("02 000000 000005 01 00000000 0000100000")]
    [InlineData("02 000000 000000 02 00000000")]
    [InlineData("02 000000 000002 03 00000000 0000")]
    [InlineData("02 000000 000001 04 00000000 00")]
    [InlineData("02 000000 000004 04 00000000 00060000")]
    [InlineData("02 000000 000003 05 00000000 000000")]
    [InlineData("02 000000 000004 06 00000000 00000000")]
    public void A_control_message_of_the_wrong_length_ends_the_session(string hex)
    {
        using Peer peer = Peer.Connected();

        Assert.Equal(CloseReason.MalformedControlMessage, peer.SendAndFail(hex));
    }

    [Theory]
    [InlineData("02 000000 000002 04 00000000 001F")]
    [InlineData("02 000000 000004 04 00000000 00201234")]
    [InlineData("02 000000 00000A 04 00000000 0003 00000001 00000BB8")]
    [InlineData("02 000000 000003 07 00000000 000000")]
    [InlineData("02 000000 000003 10 00000000 000000")]
    public void Unknown_messages_and_events_are_ignored(string hex)
    {
        using Peer peer = Peer.Connected();

        peer.Send(hex);

        Assert.Empty(peer.TakeAnswers());
        Assert.False(peer.Session.IsClosed);
    }

    [Theory]
    [InlineData("00000000", 0)] // none is wanted: the window of before stays
    [InlineData("00000001", 1)] // at most one for what came together
    [InlineData("00001000", 1)]
    [InlineData("FFFFFFFF", 0)]
    public void Acknowledgements_follow_the_window_without_a_storm(string window, int expected)
    {
        using Peer peer = Peer.Publishing();
        peer.Send($"02 000000 000004 05 00000000 {window}");

        peer.Send(string.Concat(Enumerable.Repeat("04 000000 000040 08 01000000" + new string('A', 128), 100)));

        Assert.Equal(expected, peer.TakeAnswers().Count(answer => answer.Type == RtmpMessageType.Acknowledgement));
    }

    [Fact]
    public void A_small_window_is_not_acknowledged_for_each_packet()
    {
        using Peer peer = Peer.Publishing();
        peer.Send("02 000000 000004 05 00000000 00000001");
        peer.TakeAnswers();

        for (int i = 0; i < 100; i++)
        {
            peer.Send("04 000000 000040 08 01000000" + new string('A', 128));
        }

        List<Answer> answers = peer.TakeAnswers();
        Assert.InRange(answers.Count, 1, 2);
        Assert.All(answers, answer => Assert.InRange(answer.Number, 4096u, 20_000u));
    }

    [Theory]
    [InlineData("02 000000 000004 03 00000000 00000000")]
    [InlineData("02 000000 000004 03 00000000 00000001")]
    [InlineData("02 000000 000004 03 00000000 FFFFFFFF")]
    [InlineData("02 000000 000005 06 00000000 00000000 02")]
    [InlineData("02 000000 000005 06 00000000 00000001 00")]
    [InlineData("02 000000 000005 06 00000000 00000001 01")]
    [InlineData("02 000000 000005 06 00000000 FFFFFFFF FF")]
    public void What_the_peer_claims_about_its_window_steers_nothing(string hex)
    {
        using Peer peer = Peer.Publishing();

        peer.Send(hex);

        Assert.Empty(peer.TakeAnswers());
    }

    [Fact]
    public void A_ping_is_answered()
    {
        using Peer peer = Peer.Connected();

        peer.Send("02 000000 000006 04 00000000 0006 00000042");

        Answer pong = Assert.Single(peer.TakeAnswers());
        Assert.Equal(("user control 7", 0x42u), (pong.ToString(), pong.Number));
    }

    [Fact]
    public void A_flood_of_pings_ends_the_session()
    {
        using Peer peer = Peer.Connected();
        string ping = "02 000000 000006 04 00000000 0006 00000042";

        Assert.Equal(CloseReason.TooManyCommands, peer.SendAndFail(string.Concat(Enumerable.Repeat(ping, 101))));
    }

    private static byte[] Command(string name, string app)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new ChunkWriter(output);
        writer.AnnounceChunkSize();
        int announcement = output.WrittenCount;
        writer.WriteCommand(0, name, 1, AmfValue.FromObject(new AmfProperty("app", app)));
        return output.WrittenSpan[announcement..].ToArray();
    }
}

using MediaServer.TestKit;

namespace MediaServer.Rtmp.Tests;

public class LimitTests
{
    [Fact]
    public void More_chunk_streams_than_allowed_end_the_session()
    {
        using Peer peer = Peer.Publishing();
        for (int id = 64; id < 64 + 62; id++) // the commands and their answers have used 2 before
        {
            peer.Send($"00 {id - 64:X2} 000000 000001 08 01000000 AA");
        }

        Assert.Equal(CloseReason.TooManyChunkStreams, peer.SendAndFail("01 FFFF 000000 000001 08 01000000 AA 01 FEFF 000000 000001 08 01000000 AA"));
        Assert.InRange(peer.Sink.Media.Count, 62, 63);
    }

    [Fact]
    public void A_thousand_chunk_streams_that_promise_everything_get_nothing()
    {
        using Peer peer = Peer.Publishing(new RtmpLimits { MaxChunkStreams = 1100 });
        for (int i = 0; i < 1000; i++)
        {
            peer.Send($"01 {i & 0xFF:X2} {i >> 8:X2} 000000 9FFFFF 09 01000000"); // headers alone, chunk by chunk
            peer.Send(new byte[128]);
        }

        Assert.InRange(peer.Pool.Outstanding, 0, 1000); // a slab each, because these bytes come from elsewhere: no promise was believed
    }

    [Fact]
    public void Unfinished_bytes_are_bounded_while_publishing()
    {
        using Peer peer = Peer.Publishing();
        peer.Send("02 000000 000004 01 00000000 00900000");
        byte[] half = new byte[12 + (9 * 1024 * 1024)];
        Wire.Hex("06 000000 9FFFFF 09 01000000").CopyTo(half, 0);
        peer.Send(half);
        half[0] = 0x07;

        Assert.Equal(CloseReason.TooManyUnfinishedBytes, Assert.Throws<RtmpProtocolException>(() => peer.Send(half)).Reason);
        Assert.InRange(peer.Pool.Outstanding, 0, 2); // the slab that each chunk stream copies foreign bytes into
    }

    [Fact]
    public void Unfinished_commands_are_bounded_before_publishing()
    {
        using Peer peer = Peer.Connected();
        peer.Send("02 000000 000004 01 00000000 0000A000");
        byte[] half = new byte[12 + (40 * 1024)];
        Wire.Hex("08 000000 00FFFF 14 00000000").CopyTo(half, 0);
        peer.Send(half);
        half[0] = 0x09;

        Assert.Equal(CloseReason.TooManyUnfinishedBytes, Assert.Throws<RtmpProtocolException>(() => peer.Send(half)).Reason);
    }

    [Theory]
    [InlineData("06 000000 A00001 09 01000000")] // a frame of 10 MiB and a byte
    [InlineData("08 000000 010001 14 00000000")] // a command of 64 KiB and a byte
    [InlineData("08 000000 000041 04 00000000")] // a user control message of 65 bytes
    public void A_message_too_long_ends_the_session_by_its_header_alone(string hex)
    {
        using Peer peer = Peer.Publishing();

        Assert.Equal(CloseReason.MessageTooLong, peer.SendAndFail(hex));
    }

    [Fact]
    public void Media_of_one_who_does_not_publish_is_dropped_as_it_comes()
    {
        using Peer peer = Peer.Connected();
        peer.Send("02 000000 000004 01 00000000 00FFFFFF");
        byte[] frame = new byte[12 + 0x100000];
        Wire.Hex("06 000000 100000 09 01000000").CopyTo(frame, 0);

        peer.Send(frame);

        Assert.Empty(peer.Sink.Events);
        Assert.Equal(1, peer.Session.DroppedMessages);
        Assert.Equal(0, peer.Pool.Outstanding);
        Assert.Equal(0, peer.UnreadBytes);
    }

    [Fact]
    public void A_flood_of_commands_ends_the_session_but_slow_ones_do_not()
    {
        using Peer peer = Peer.Connected();
        for (int i = 0; i < 300; i++)
        {
            peer.Time.Advance(TimeSpan.FromMilliseconds(20));
            peer.Call("releaseStream", 2, AmfValue.Null, "x");
        }

        peer.Time.Advance(TimeSpan.FromSeconds(1));
        peer.TakeAnswers();
        CloseReason reason = Assert.Throws<RtmpProtocolException>(() =>
        {
            for (int i = 0; i < 101; i++)
            {
                peer.Call("releaseStream", 2, AmfValue.Null, "x");
            }
        }).Reason;

        Assert.Equal(CloseReason.TooManyCommands, reason);
        Answer last = peer.TakeAnswers()[^1];
        Assert.Equal("onStatus", last.Command.Name);
        Assert.Equal("error", last.Command[1]["level"].Text);
        Assert.Equal("NetConnection.Connect.Closed", last.Command[1]["code"].Text);
        Assert.Equal("More than 100 commands in a second.", last.Command[1]["description"].Text);
    }
}

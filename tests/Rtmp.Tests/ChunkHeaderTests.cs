using System.Buffers;
using MediaServer.TestKit;

namespace MediaServer.Rtmp.Tests;

public class ChunkHeaderTests
{
    [Theory]
    [InlineData("02", 2)]
    [InlineData("3F", 63)]
    [InlineData("0000", 64)]
    [InlineData("00FF", 319)]
    [InlineData("010000", 64)]
    [InlineData("010001", 320)]
    [InlineData("01FFFF", 65_599)]
    public void A_basic_header_has_one_two_or_three_bytes(string hex, int expectedId)
    {
        byte[] bytes = Wire.Hex(hex);

        Assert.Equal(OperationStatus.Done, ChunkBasicHeader.TryRead(bytes, out ChunkBasicHeader header));
        Assert.Equal(new ChunkBasicHeader(ChunkFormat.Full, expectedId, bytes.Length), header);
        Assert.Equal(OperationStatus.NeedMoreData, ChunkBasicHeader.TryRead(bytes.AsSpan(0, bytes.Length - 1), out _));
    }

    [Theory]
    // One byte of audio in each message: full header, then ever shorter ones. The second column is the times that come out.
    [InlineData("04 000064 000001 08 01000000 AA", "100")]
    [InlineData("04 000064 000001 08 01000000 AA  44 00000A 000001 08 AA  84 00000B AA  C4 AA", "100 110 121 132")]
    [InlineData("04 000064 000001 08 01000000 AA  C4 AA  C4 AA", "100 100 100")] // no delta was said yet: none is meant
    [InlineData("04 FFFFFF 000001 08 01000000 00FFFFFF AA", "16777215")]
    [InlineData("04 FFFFFE 000001 08 01000000 AA  84 000001 AA  84 000001 AA", "16777214 16777215 16777216")]
    [InlineData("04 FFFFFF 000001 08 01000000 FFFFFFFF AA  84 000002 AA", "4294967295 1")] // 49.7 days are over
    [InlineData("04 000064 000001 08 01000000 AA  84 FFFFFF 01000000 AA  C4 01000000 AA", "100 16777316 33554532")] // a delta of hours
    [InlineData("04 FFFFFF 000001 08 01000000 01000000 AA  C4 01000000 AA  84 000005 AA", "16777216 16777216 16777221")]
    public void Times_come_out_of_headers_however_they_are_shortened(string hex, string expected)
    {
        Assert.Equal(expected, string.Join(' ', MessagesOf(hex).Select(message => message.Header.Timestamp)));
    }

    [Theory]
    // Six bytes in chunks of 2: with the extended timestamp repeated, and without (OBS before 30.2, librtmp).
    [InlineData("04 FFFFFF 000006 08 01000000 01020304 A1A2 C4 01020304 A3A4 C4 01020304 A5A6")]
    [InlineData("04 FFFFFF 000006 08 01000000 01020304 A1A2 C4 A3A4 C4 A5A6")]
    [InlineData("04 FFFFFF 000006 08 01000000 00FFFFFF A1A2 C4 00FFFFFF A3A4 C4 00FFFFFF A5A6")]
    [InlineData("04 FFFFFF 000006 08 01000000 00FFFFFF A1A2 C4 A3A4 C4 A5A6")]
    // The field of a shortened header is a delta; its repetition is the delta, or the absolute time.
    [InlineData("04 000064 000002 08 01000000 B1B2  44 FFFFFF 000006 08 01020304 A1A2 C4 01020304 A3A4 C4 01020304 A5A6")]
    [InlineData("04 000064 000002 08 01000000 B1B2  44 FFFFFF 000006 08 01020304 A1A2 C4 01020368 A3A4 C4 01020368 A5A6")]
    [InlineData("04 000064 000002 08 01000000 B1B2  44 FFFFFF 000006 08 01020304 A1A2 C4 A3A4 C4 A5A6")]
    public void An_extended_timestamp_may_be_repeated_inside_a_message_or_not(string hex)
    {
        (RtmpMessageHeader _, byte[] payload) = MessagesOf(hex, chunkBytes: 2)[^1];

        Assert.Equal("A1A2A3A4A5A6", Convert.ToHexString(payload));
    }

    [Fact]
    public void Payload_that_begins_like_the_extended_timestamp_waits_only_until_it_differs()
    {
        (RtmpMessageHeader _, byte[] payload) =
            MessagesOf("04 FFFFFF 000004 08 01000000 01020304 A1A2 C4 0102  05 000000 000001 08 01000000 BB", chunkBytes: 2)[0];

        Assert.Equal("A1A20102", Convert.ToHexString(payload));
    }

    [Theory]
    [InlineData("44 000000 000001 08 AA", CloseReason.ChunkWithoutHeader)]
    [InlineData("84 000000 AA", CloseReason.ChunkWithoutHeader)]
    [InlineData("C4 AA", CloseReason.ChunkWithoutHeader)]
    [InlineData("82 000000 AA", CloseReason.ChunkWithoutHeader)]
    [InlineData("04 000000 000200 08 01000000 *80  04 000000 000100 08 01000000", CloseReason.MessageHeaderChanged)] // CVE-2016-10191
    [InlineData("04 000000 000200 08 01000000 *80  44 000000 000201 08", CloseReason.MessageHeaderChanged)]
    [InlineData("04 000000 000200 08 01000000 *80  44 000000 000200 09", CloseReason.MessageHeaderChanged)]
    public void Headers_that_refer_to_nothing_or_change_a_message_end_the_session(string hex, CloseReason expected)
    {
        using Peer peer = Peer.Publishing();

        Assert.Equal(expected, peer.SendAndFail(hex.Replace("*80", new string('A', 256), StringComparison.Ordinal)));
        Assert.True(peer.Session.IsClosed);
    }

    [Fact]
    public void A_short_header_repeated_inside_a_message_is_harmless()
    {
        List<(RtmpMessageHeader Header, byte[] Payload)> messages =
            MessagesOf("04 000064 000006 08 01000000 A1A2 84 000000 A3A4 44 000000 000006 08 A5A6", chunkBytes: 2);

        Assert.Equal("A1A2A3A4A5A6", Convert.ToHexString(Assert.Single(messages).Payload));
        Assert.Equal(100u, messages[0].Header.Timestamp);
    }

    [Fact]
    public void Librtmp_begins_its_control_stream_with_a_short_header()
    {
        using Peer peer = Peer.Connected();

        peer.Send("42 000000 000006 04 0006 00000D0F");

        Answer pong = Assert.Single(peer.TakeAnswers());
        Assert.Equal("user control 7", pong.ToString());
        Assert.Equal(0xD0Fu, pong.Number);
    }

    // Every case runs whole and in every split.
    private static List<(RtmpMessageHeader Header, byte[] Payload)> MessagesOf(string hex, uint chunkBytes = 128)
    {
        List<(RtmpMessageHeader Header, byte[] Payload)>? expected = null;
        using var pool = new LeakCheckingPool();
        foreach (ReadOnlySequence<byte> received in Wire.EverySplitOf(hex))
        {
            using var reader = new ChunkReader(pool.Pool, new RtmpLimits());
            reader.TakeMedia();
            reader.SetChunkSize(chunkBytes);
            List<(RtmpMessageHeader Header, byte[] Payload)> messages = ChunkTrace.ReadAsItArrives(reader, received);
            expected ??= messages;
            Assert.Equal(expected.Select(message => message.Header), messages.Select(message => message.Header));
            Assert.Equal(expected.Select(message => message.Payload), messages.Select(message => message.Payload));
        }

        return expected!;
    }
}

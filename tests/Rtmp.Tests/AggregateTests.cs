using System.Buffers;
using System.Diagnostics;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Rtmp.Tests;

public class AggregateTests
{
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

    [Theory]
    [InlineData("08 000001 000000 00 000000 A1", "A1")] // without the length behind it
    [InlineData("08 000001 000000 00 000000 A1 FFFFFFFF 09 000001 000000 00 000000 B1 00000000", "A1 B1")] // with a wrong one
    [InlineData("08 000002 000000 00 000000 A1", "", false)]
    [InlineData("08 FFFFFF 000000 00 000000 A1A2A3A4", "", false)]
    [InlineData("08 000001 000000 00 0000", "", false)]
    [InlineData("08 000001 000000 00 000000 A1 0000000C 14 000001 000000 00 000000 B1 0000000C", "A1", false)] // a command inside
    [InlineData("08 000000 000000 00 000000 0000000B 08 000001 000000 00 000000 A1 0000000C", " A1")]
    [InlineData("08 000001 FFFFF0 FF 000000 A1 0000000C 09 000001 000010 00 000000 B1 0000000C", "A1 B1")] // the time wraps in it
    public void Its_parts_come_out_up_to_the_first_lie(string payload, string expected, bool isWhole = true)
    {
        byte[] bytes = Wire.Hex(payload);
        foreach (int cut in Enumerable.Range(0, bytes.Length + 1))
        {
            using var pool = new LeakCheckingPool();
            using var builder = new PayloadBuilder(pool.Pool);
            using var part = new PayloadBuilder(pool.Pool);
            using var received = new SlabSequence(pool.Pool, bytes, cut);
            builder.Append(received.Sequence);
            var aggregate = new AggregateReader(new RtmpMessageHeader(RtmpMessageType.Aggregate, 100, bytes.Length, 1), builder);
            var parts = new List<string>();
            while (aggregate.TryRead(part, out RtmpMessageHeader header))
            {
                byte[] content = new byte[header.LengthBytes];
                Assert.Equal(header.LengthBytes, part.CopyPrefix(content));
                Assert.InRange(header.Timestamp, 100u, 132u);
                parts.Add(Convert.ToHexString(content));
                part.Clear();
            }

            Assert.Equal(expected, string.Join(' ', parts));
            Assert.Equal(isWhole, aggregate.IsAtEnd);
        }
    }
}

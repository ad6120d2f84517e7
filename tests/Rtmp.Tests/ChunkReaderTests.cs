using System.Buffers;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Rtmp.Tests;

public class ChunkReaderTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whatever_a_peer_makes_of_the_format_the_messages_come_out(bool repeatsExtendedTimestamp)
    {
        using var pool = new LeakCheckingPool();
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var encoder = new ChunkEncoder(random, repeatsExtendedTimestamp);
            List<(RtmpMessageHeader Header, byte[] Payload)> sent = encoder.Write(RandomMessages(random));

            List<(RtmpMessageHeader Header, byte[] Payload)> received = ReadInRandomPieces(pool.Pool, encoder.Written, random);

            Assert.Equal(sent.Select(message => message.Header), received.Select(message => message.Header));
            Assert.Equal(sent.Select(message => message.Payload), received.Select(message => message.Payload));
        }
    }

    [Fact]
    public void Our_own_chunks_come_out_whatever_their_size_and_time()
    {
        foreach (uint timestamp in new uint[] { 0, 0xFFFFFE, 0xFFFFFF, 0x1000000, uint.MaxValue })
        {
            using var pool = new LeakCheckingPool();
            using var reader = new ChunkReader(pool.Pool, new RtmpLimits());
            reader.TakeMedia();
            byte[] payload = new byte[1000];
            new Random(3).NextBytes(payload);
            var wire = new ArrayBufferWriter<byte>();
            new ChunkWriter(wire).Write(6, RtmpMessageType.Video, timestamp, 1, payload); // eight chunks: no size was announced

            (RtmpMessageHeader header, byte[] received) = Assert.Single(
                ChunkTrace.ReadAsItArrives(reader, Wire.Cut(wire.WrittenMemory, 5, 13, 141, 700)));

            Assert.Equal(new RtmpMessageHeader(RtmpMessageType.Video, timestamp, 1000, 1), header);
            Assert.Equal(payload, received);
        }
    }

    [Fact]
    public void Bytes_in_slabs_stay_where_they_are()
    {
        using var pool = new LeakCheckingPool();
        using var reader = new ChunkReader(pool.Pool, new RtmpLimits());
        reader.TakeMedia();
        reader.SetChunkSize(60_000);
        var wire = new ArrayBufferWriter<byte>();
        new ChunkWriter(wire).Write(6, RtmpMessageType.Video, 0, 1, new byte[100]);
        using var received = new SlabSequence(pool.Pool, wire.WrittenSpan, 50);

        var input = new SequenceReader<byte>(received.Sequence);
        ChunkStream message = Assert.IsType<ChunkStream>(reader.Read(ref input));

        Assert.Equal(2, message.Payload!.FragmentCount);
        Assert.Equal(2, pool.Outstanding);
        reader.Finish(message);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(12)]
    public void Abort_discards_that_message_only(int abortedId)
    {
        using Peer peer = Peer.Publishing();
        static string Begin(int id, string fill) => $"{id:X2} 000000 000082 08 01000000 {string.Concat(Enumerable.Repeat(fill, 128))}";

        peer.Send($"{Begin(4, "A1")} {Begin(12, "B1")} 02 000000 000004 02 00000000 {abortedId:X8}");
        peer.Send("C4 A2A3 CC B2B3".Replace(abortedId == 4 ? "C4 A2A3" : "CC B2B3", "", StringComparison.Ordinal));
        peer.Send($"{abortedId:X2} 000000 000001 08 01000000 FF");

        Assert.Equal([130, 1], peer.Sink.Media.Select(media => media.Payload.Length));
        Assert.Equal(abortedId == 4 ? 0xB3 : 0xA3, peer.Sink.Media[0].Payload[^1]);
    }

    [Theory]
    [InlineData("000000FF")]
    [InlineData("00000002")] // its own
    [InlineData("00000000")]
    [InlineData("FFFFFFFF")]
    public void Abort_of_nothing_means_nothing(string id)
    {
        using Peer peer = Peer.Publishing();

        peer.Send($"02 000000 000004 02 00000000 {id}  04 000000 000001 08 01000000 FF");

        Assert.Single(peer.Sink.Media);
    }

    [Fact]
    public void What_follows_an_abort_may_still_refer_to_the_header_before_it()
    {
        using Peer peer = Peer.Publishing();
        string chunk = new('A', 256);

        peer.Send($"04 000064 000081 08 01000000 {chunk} 02 000000 000004 02 00000000 00000004 84 00000A {chunk} C4 BB");

        (RtmpMessageHeader header, byte[] payload) = Assert.Single(peer.Sink.Media);
        Assert.Equal((110u, 129, 0xBB), (header.Timestamp, payload.Length, payload[^1]));
    }

    [Theory]
    [InlineData("00000000")]
    [InlineData("80000000")]
    [InlineData("FFFFFFFF")]
    public void An_impossible_chunk_size_ends_the_session(string size)
    {
        using Peer peer = Peer.Connected();

        Assert.Equal(CloseReason.InvalidChunkSize, peer.SendAndFail($"02 000000 000004 01 00000000 {size}"));
    }

    [Fact]
    public void A_huge_chunk_size_is_taken_and_allocates_nothing()
    {
        using Peer peer = Peer.Publishing();
        peer.Send("02 000000 000004 01 00000000 7FFFFFFF");
        byte[] message = [.. Wire.Hex("06 000000 9FFFFF 09 01000000"), 0x17];

        long before = peer.Pool.Outstanding;
        peer.Send(message);

        Assert.InRange(peer.Pool.Outstanding - before, 0, 1);
    }

    [Fact]
    public void Chunks_of_one_byte_cost_no_more_than_a_multiple_of_their_bytes()
    {
        const int PayloadBytes = 1024 * 1024;
        using Peer peer = Peer.Publishing();
        peer.Send("02 000000 000004 01 00000000 00000001");
        byte[] wire = new byte[12 + (2 * PayloadBytes) - 1];
        Wire.Hex("06 000000 100000 09 01000000").CopyTo(wire, 0);
        for (int i = 13; i < wire.Length; i += 2)
        {
            wire[i] = 0xC6;
            wire[i + 1] = (byte)i;
        }

        long consumed = 0;
        using var received = new SlabSequence(peer.Pool, wire);
        for (long arrived = 1000; consumed < wire.Length; arrived = Math.Min(arrived + 1000, wire.Length))
        {
            ReadOnlySequence<byte> unread = received.Sequence.Slice(consumed, arrived - consumed);
            consumed += unread.Slice(0, peer.Session.Receive(unread)).Length;
            Assert.InRange(arrived - consumed, 0, 17);
        }

        Assert.Equal(PayloadBytes, Assert.Single(peer.Sink.Media).Payload.Length);
    }

    [Fact]
    public void Empty_messages_are_messages()
    {
        using Peer peer = Peer.Publishing();

        peer.Send("04 000005 000000 08 01000000  C4  06 000000 000000 09 01000000");

        Assert.Equal(["Audio 5 1 ", "Audio 5 1 ", "Video 0 1 "], peer.Sink.Events);
    }

    private static Queue<(RtmpMessageHeader Header, byte[] Payload)>[] RandomMessages(Random random) =>
        [.. ChunkEncoder.Ids.Select(_ =>
        {
            var messages = new Queue<(RtmpMessageHeader Header, byte[] Payload)>();
            uint timestamp = random.Next(3) == 0 ? uint.MaxValue - 50 : (uint)random.Next(0x2000000);
            int count = random.Next(12);
            for (int i = 0; i < count; i++)
            {
                byte[] payload = new byte[random.Next(2) == 0 ? 10 : random.Next(700)];
                random.NextBytes(payload);
                timestamp = unchecked(timestamp + (uint)(random.Next(10) == 0 ? random.Next(0x2000000) : random.Next(3) * 20));
                messages.Enqueue((new RtmpMessageHeader((RtmpMessageType)random.Next(8, 10), timestamp, payload.Length, 1), payload));
            }

            return messages;
        })];

    private static List<(RtmpMessageHeader Header, byte[] Payload)> ReadInRandomPieces(SlabPool pool, byte[] bytes, Random random)
    {
        using var reader = new ChunkReader(pool, new RtmpLimits());
        reader.TakeMedia();
        int[] cuts = [.. Enumerable.Range(0, 40).Select(_ => random.Next(bytes.Length + 1)).Order()];
        using var received = new SlabSequence(pool, bytes, cuts);
        var messages = new List<(RtmpMessageHeader Header, byte[] Payload)>();
        long consumed = 0;
        foreach (int arrived in (int[])[.. cuts, bytes.Length])
        {
            var input = new SequenceReader<byte>(received.Sequence.Slice(consumed, arrived - consumed));
            while (reader.Read(ref input) is { } message)
            {
                Answer answer = Answer.Read(message);
                RtmpMessageHeader header = message.Header;
                reader.Finish(message);
                if (header.Type == RtmpMessageType.SetChunkSize)
                {
                    reader.SetChunkSize(answer.Number);
                }
                else
                {
                    messages.Add((header, answer.Payload));
                }
            }

            consumed += input.Consumed;
        }

        return messages;
    }
}

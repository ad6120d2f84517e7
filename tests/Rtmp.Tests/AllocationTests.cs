using System.Buffers;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Rtmp.Tests;

public class AllocationTests
{
    [Theory]
    [InlineData(128)]
    [InlineData(4096)]
    [InlineData(60_000)]
    public void Reading_media_allocates_nothing_whatever_the_chunk_size(int chunkBytes)
    {
        using var pool = new LeakCheckingPool();
        var sink = new CountingSink();
        using var session = new RtmpServerSession(new ArrayBufferWriter<byte>(), sink, pool.Pool, new RtmpLimits(), TimeProvider.System);
        Begin(session, chunkBytes);
        using var received = new SlabSequence(pool.Pool, Media(chunkBytes, messages: 50), 1000, 3000, 17_000);

        Assert.Equal(0, Allocations.Of(() => session.Receive(received.Sequence)));

        Assert.Equal(6 * 50, sink.Count);
    }

    private static void Begin(RtmpServerSession session, int chunkBytes)
    {
        var wire = new ArrayBufferWriter<byte>();
        wire.Write((ReadOnlySpan<byte>)[3]);
        wire.Write(new byte[2 * 1536]);
        var writer = new ChunkWriter(wire);
        writer.WriteCommand(0, "connect", 1, AmfValue.FromObject(new AmfProperty("app", "live")));
        writer.WriteControl(RtmpMessageType.SetChunkSize, (uint)chunkBytes);
        session.Receive(new ReadOnlySequence<byte>(wire.WrittenMemory));
        wire.Clear();
        writer.WriteCommand(1, "publish", 2, AmfValue.Null, "show", "live");
        session.Receive(new ReadOnlySequence<byte>(wire.WrittenMemory));
        session.AcceptPublish();
    }

    private static byte[] Media(int chunkBytes, int messages)
    {
        var wire = new ArrayBufferWriter<byte>();
        var writer = new ChunkWriter(wire);
        writer.WriteControl(RtmpMessageType.SetChunkSize, (uint)chunkBytes);
        for (int i = 0; i < messages; i++)
        {
            WriteInChunks(wire, i % 2 == 0 ? 6 : 4, (byte)(i % 2 == 0 ? 9 : 8), i % 2 == 0 ? 5000 : 300, chunkBytes);
        }

        return wire.WrittenSpan.ToArray();
    }

    private static void WriteInChunks(ArrayBufferWriter<byte> wire, int id, byte type, int length, int chunkBytes)
    {
        wire.Write((ReadOnlySpan<byte>)[(byte)id, 0, 0, 40, 0, (byte)(length >> 8), (byte)length, type, 1, 0, 0, 0]);
        for (int written = 0; written < length; written += chunkBytes)
        {
            if (written > 0)
            {
                wire.Write((ReadOnlySpan<byte>)[(byte)(0xC0 | id)]);
            }

            wire.Write(new byte[Math.Min(chunkBytes, length - written)]);
        }
    }

    private sealed class CountingSink : IRtmpMediaSink
    {
        public int Count { get; private set; }

        public void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload) => Count++;

        public void OnPublishEnded()
        {
        }

        public void OnPlayEnded()
        {
        }
    }
}

using System.Buffers;
using BenchmarkDotNet.Attributes;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.TestKit;

namespace MediaServer.Micro;

/// <summary>
/// Puts the messages of a real stream together from their chunks, out of slabs. An operation is a message of 660 bytes on average: in chunks
/// of 128 bytes (the protocol's default) it has to be gathered, in those of OBS (4096) and ffmpeg (60,000) it does not.
/// </summary>
public class ChunkReaderBenchmarks : IDisposable
{
    private const int Messages = 512;

    private readonly SlabPool _pool = new();
    private readonly Dictionary<int, (ChunkReader Reader, SlabSequence Received)> _bySize = [];

    /// <summary>Writes the chunks.</summary>
    [GlobalSetup]
    public void Setup()
    {
        foreach (int chunkBytes in (int[])[128, 4096, 60_000])
        {
            var chunks = new ArrayBufferWriter<byte>();
            foreach (FlvTag tag in SampleStream.ReadTags("bframes.flv").Where(tag => tag.Kind != MediaKind.Data).Take(Messages))
            {
                Write(chunks, tag, chunkBytes);
            }

            var reader = new ChunkReader(_pool, new RtmpLimits());
            reader.SetChunkSize((uint)chunkBytes);
            reader.TakeMedia();
            _bySize.Add(chunkBytes, (reader, new SlabSequence(_pool, chunks.WrittenSpan)));
        }
    }

    /// <summary>Reads messages whose chunks are long enough to stay where they are.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    [Arguments(4096)]
    [Arguments(60_000)]
    [Budget(nanoseconds: 250, bytes: 0)]
    public int ReadInPlace(int chunkBytes) => Read(chunkBytes);

    /// <summary>Reads messages whose chunks have to be gathered.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    [Arguments(128)]
    [Budget(nanoseconds: 1000, bytes: 0)]
    public int ReadGathered(int chunkBytes) => Read(chunkBytes);

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        foreach ((ChunkReader reader, SlabSequence received) in _bySize.Values)
        {
            reader.Dispose();
            received.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    private int Read(int chunkBytes)
    {
        (ChunkReader reader, SlabSequence received) = _bySize[chunkBytes];
        int bytes = 0;
        var input = new SequenceReader<byte>(received.Sequence);
        while (reader.Read(ref input) is { } message)
        {
            bytes += message.Header.LengthBytes;
            reader.Finish(message);
        }

        return bytes;
    }

    private static void Write(ArrayBufferWriter<byte> chunks, FlvTag tag, int chunkBytes)
    {
        byte id = tag.Kind == MediaKind.Video ? (byte)6 : (byte)4;
        int length = (int)tag.Body.Length;
        uint time = tag.Timestamp;
        chunks.Write<byte>(
        [
            id, (byte)(time >> 16), (byte)(time >> 8), (byte)time, (byte)(length >> 16), (byte)(length >> 8), (byte)length,
            tag.Kind == MediaKind.Video ? (byte)9 : (byte)8, 1, 0, 0, 0,
        ]);
        byte[][] pieces = [.. tag.Body.ToArray().Chunk(chunkBytes)];
        chunks.Write<byte>(pieces[0]);
        foreach (byte[] piece in pieces[1..])
        {
            chunks.Write<byte>([(byte)(0xC0 | id)]);
            chunks.Write<byte>(piece);
        }
    }
}

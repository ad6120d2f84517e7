using System.Buffers;
using MediaServer.Load;
using MediaServer.Rtmp;
using MediaServer.TestKit;

namespace MediaServer.Bench.Tests;

public class ScannerTests
{
    private const string Clip = "video-only.flv";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(int.MaxValue)]
    public void Every_tag_of_a_file_is_found_however_the_bytes_arrive(int pieceBytes)
    {
        byte[] file = SampleStream.ReadBytes(Clip);
        var found = new Found();
        var scanner = new FlvScanner(found);

        Assert.All(file.Chunk(Math.Min(pieceBytes, file.Length)), piece => Assert.True(scanner.Scan(piece)));

        Assert.Equal(Expected(), found.Messages);
    }

    [Theory]
    [InlineData(128, 1)]
    [InlineData(4096, 11)]
    [InlineData(4096, 100_000)]
    [InlineData(1_000_000, 1000)]
    public void Every_message_is_found_whatever_the_chunks_are(int chunkBytes, int pieceBytes)
    {
        byte[] sent = Chunks(chunkBytes);
        var found = new Found();
        var scanner = new ChunkScanner(found);

        Assert.All(sent.Chunk(pieceBytes), piece => Assert.True(scanner.Scan(piece)));

        Assert.Equal((RtmpMessageType.SetChunkSize, 0u, 4), found.Messages[0]);
        Assert.Equal(Expected(), found.Messages[1..]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(100_000)]
    public void What_is_around_the_tags_in_HTTP_is_taken_away(int pieceBytes)
    {
        byte[] file = SampleStream.ReadBytes(Clip);
        byte[] chunked = [.. file.Chunk(3333).SelectMany(chunk => (byte[])[.. System.Text.Encoding.ASCII.GetBytes($"{chunk.Length:X}\r\n"), .. chunk, 13, 10])];
        byte[] framed = [.. file.Chunk(70_000).SelectMany((frame, i) => (byte[])[.. WebSocketFrame(2, frame), .. WebSocketFrame(9, [(byte)i])])];
        int pongs = 0;

        Assert.Equal(Expected(), Read(new PlainBody(), file, pieceBytes));
        Assert.Equal(Expected(), Read(new ChunkedBody(), chunked, pieceBytes));
        Assert.Equal(Expected(), Read(new WebSocketBody(_ => pongs++), framed, pieceBytes));
        Assert.Equal(file.Chunk(70_000).Count(), pongs);
    }

    [Fact]
    public void The_end_of_an_answer_is_told()
    {
        Assert.False(new ChunkedBody().Read("0\r\n\r\n"u8, new FlvScanner(new Found())));
        Assert.False(new WebSocketBody(_ => { }).Read(WebSocketFrame(8, [3, 0xE8]), new FlvScanner(new Found())));
        Assert.False(new FlvScanner(new Found()).Scan("<html>not a stream</html>"u8));
    }

    private static List<(RtmpMessageType, uint, int)> Read(IBody body, byte[] bytes, int pieceBytes)
    {
        var found = new Found();
        var scanner = new FlvScanner(found);
        Assert.All(bytes.Chunk(pieceBytes), piece => Assert.True(body.Read(piece, scanner)));
        return found.Messages;
    }

    private static List<(RtmpMessageType, uint, int)> Expected() =>
        [.. SampleStream.ReadTags(Clip).Select(tag => (TypeOf(tag.Kind), tag.Timestamp, (int)tag.Body.Length))];

    private static RtmpMessageType TypeOf(Media.MediaKind kind) => kind switch
    {
        Media.MediaKind.Audio => RtmpMessageType.Audio,
        Media.MediaKind.Video => RtmpMessageType.Video,
        _ => RtmpMessageType.Data,
    };

    /// <summary>A handshake, a chunk size, and the file's tags: the first with a full header, all others with deltas.</summary>
    private static byte[] Chunks(int chunkBytes)
    {
        var sent = new List<byte>(new byte[1 + 1536 + 1536]);
        sent.AddRange([2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, (byte)(chunkBytes >> 24), (byte)(chunkBytes >> 16), (byte)(chunkBytes >> 8), (byte)chunkBytes]);
        uint? before = null;
        foreach (Media.FlvTag tag in SampleStream.ReadTags(Clip))
        {
            uint time = tag.Timestamp - (before ?? 0);
            int length = (int)tag.Body.Length;
            sent.AddRange([(byte)(before is null ? 6 : 0x46), (byte)(time >> 16), (byte)(time >> 8), (byte)time, (byte)(length >> 16), (byte)(length >> 8), (byte)length, (byte)TypeOf(tag.Kind)]);
            sent.AddRange(before is null ? [1, 0, 0, 0] : []);
            sent.AddRange(tag.Body.ToArray().Chunk(chunkBytes).SelectMany((chunk, i) => i == 0 ? chunk : [0xC6, .. chunk]));
            before = tag.Timestamp;
        }

        return [.. sent];
    }

    private static byte[] WebSocketFrame(byte opcode, byte[] payload) =>
    [
        (byte)(0x80 | opcode),
        .. payload.Length < 126 ? [(byte)payload.Length]
            : payload.Length < 65_536 ? [126, (byte)(payload.Length >> 8), (byte)payload.Length]
            : (byte[])[127, 0, 0, 0, 0, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length],
        .. payload,
    ];

    private sealed class Found : IMessageSink
    {
        public List<(RtmpMessageType Type, uint Timestamp, int LengthBytes)> Messages { get; } = [];

        public void OnMessage(RtmpMessageType type, uint timestamp, int lengthBytes, ReadOnlySpan<byte> head) => Messages.Add((type, timestamp, lengthBytes));
    }
}

using System.Globalization;
using System.Text;
using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Frames;

public class FrameVectorsTests : IDisposable
{
    private readonly LeakCheckingPool _memory = new();

    public static TheoryData<MediaKind, long, int> Frames
    {
        get
        {
            var data = new TheoryData<MediaKind, long, int>();
            foreach (MediaKind kind in Enum.GetValues<MediaKind>())
            {
                foreach (long dts in new[] { 0, 1, 0xFFFFFE, 0xFFFFFF, 0x1000000, 0x12345678, 0x7FFFFFFF, 0xFFFFFFFF, 0x1_0000_0005 })
                {
                    data.Add(kind, dts, 37);
                }
            }

            data.Add(MediaKind.Video, 40, 0);
            foreach (int length in new[] { 110, 111, 300 }) // as WebSocket messages of 125, 126 and more bytes
            {
                data.Add(MediaKind.Video, 40, length);
            }

            return data;
        }
    }

    public void Dispose()
    {
        _memory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public void Vectors_are_the_bytes_of_a_chunk_or_a_tag_whatever_was_sent_before(MediaKind kind, long dts, int length)
    {
        byte[] payload = RandomNumbers.Bytes(length);
        var info = new FrameInfo { Kind = kind, Dts = dts };
        MediaFrame scattered = TestFrames.Create(_memory.Pool, info, payload, [.. new[] { 1, 5, 9, 20, 33 }.Where(cut => cut < length)]);
        var owned = MediaFrame.CreateOwned(info, payload);
        (FrameEnvelope Envelope, byte[] Bytes)[] expected =
        [
            (FrameEnvelope.None, payload),
            (FrameEnvelope.Rtmp, RtmpChunk(kind, dts, payload)),
            (FrameEnvelope.Flv, FlvTag(kind, dts, payload)),
            (FrameEnvelope.ChunkedFlv, [.. Ascii($"{length + 15:X8}\r\n"), .. FlvTag(kind, dts, payload), .. Ascii("\r\n")]),
            (FrameEnvelope.WebSocketFlv, [.. Wire.Hex(MessageHeader(length + 15)), .. FlvTag(kind, dts, payload)]),
        ];

        foreach (MediaFrame frame in new[] { scattered, owned })
        {
            foreach ((FrameEnvelope envelope, byte[] bytes) in expected)
            {
                Assert.Equal(bytes.Length, frame.GetLengthBytes(envelope));
                for (int skip = 0; skip <= bytes.Length; skip++)
                {
                    Assert.Equal(bytes[skip..], TestFrames.Read(frame, envelope, skip));
                }
            }

            frame.Release();
        }
    }

    [Theory]
    [InlineData(65_520, "827EFFFF")]
    [InlineData(65_521, "827F0000000000010000")]
    public void Long_messages_of_a_WebSocket_have_long_headers(int payloadBytes, string header)
    {
        var frame = MediaFrame.CreateOwned(new FrameInfo { Kind = MediaKind.Video }, new byte[payloadBytes]);
        Assert.Equal(header.Length / 2, frame.GetLengthBytes(FrameEnvelope.WebSocketFlv) - frame.GetLengthBytes(FrameEnvelope.Flv));
        Assert.Equal(Wire.Hex(header), TestFrames.Read(frame, FrameEnvelope.WebSocketFlv)[..(header.Length / 2)]);
        frame.Release();
    }

    [Fact]
    public void Writing_vectors_allocates_nothing()
    {
        MediaFrame frame = TestFrames.Create(_memory.Pool, RandomNumbers.Bytes(100), 10, 20, 30, 40, 50);
        IoVector[] vectors = new IoVector[frame.GetVectorCount(FrameEnvelope.Rtmp)];
        var room = new EnvelopeRoom(1);

        Assert.Equal(0, Allocations.Of(() => frame.WriteVectors(FrameEnvelope.Rtmp, 15, room[0], vectors)));
        frame.Release();
    }

    // All written down from the specifications, field by field, in hexadecimal.
    private static byte[] RtmpChunk(MediaKind kind, long dts, byte[] payload)
    {
        string stream = kind switch { MediaKind.Audio => "04", MediaKind.Video => "06", _ => "05" };
        uint time = unchecked((uint)dts);
        bool isExtended = time >= 0xFFFFFF;
        string header = stream + Hex(isExtended ? 0xFFFFFF : time, 3) + Hex((uint)payload.Length, 3) + TypeOf(kind) + "01000000"
            + (isExtended ? Hex(time, 4) : "");
        return [.. Wire.Hex(header), .. payload];
    }

    private static byte[] FlvTag(MediaKind kind, long dts, byte[] payload)
    {
        string time = Hex(unchecked((uint)dts), 4);
        string header = TypeOf(kind) + Hex((uint)payload.Length, 3) + time[2..] + time[..2] + "000000";
        return [.. Wire.Hex(header), .. payload, .. Wire.Hex(Hex((uint)payload.Length + 11, 4))];
    }

    private static string MessageHeader(int messageBytes) => messageBytes < 126 ? "82" + Hex((uint)messageBytes, 1) : "827E" + Hex((uint)messageBytes, 2);

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    private static string TypeOf(MediaKind kind) => kind switch { MediaKind.Audio => "08", MediaKind.Video => "09", _ => "12" };

    private static string Hex(uint value, int bytes) => value.ToString($"X{2 * bytes}", CultureInfo.InvariantCulture);
}

using System.Buffers.Binary;
using System.Text;
using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Cmaf;

public class CmafInitSegmentTests
{
    // Made by x264: High 3.0, 640x360; NAL unit lengths of 4 bytes.
    private const string Avc =
        "0164001E FFE1 0019 6764001EACD940A02FF9701100000303E90000EA600F162D96 01 0006 68EBE3CB22C0 FDF8F800";

    private static readonly string[] Containers = ["moov", "trak", "mdia", "minf", "dinf", "stbl", "mvex"];

    [Theory]
    [InlineData(0xFF)]
    [InlineData(0xFD)]
    [InlineData(0xFC)]
    public void An_avc_record_is_in_the_box_as_it_came_whatever_its_length_size(byte lengthSize)
    {
        byte[] record = Wire.Hex(Avc);
        record[4] = lengthSize;
        Assert.True(AvcConfiguration.TryParse(record, out AvcConfiguration? configuration));
        byte[] file = CmafInitSegment.Write(configuration);
        Dictionary<string, byte[]> boxes = BoxesOf(file);

        Assert.StartsWith("cmf2", Encoding.ASCII.GetString(boxes["ftyp"]), StringComparison.Ordinal);
        byte[] entry = boxes["stsd"][8..];
        Assert.Equal("avc1", Encoding.ASCII.GetString(entry, 4, 4));
        Assert.Equal(640, BinaryPrimitives.ReadUInt16BigEndian(entry.AsSpan(32)));
        Assert.Equal(360, BinaryPrimitives.ReadUInt16BigEndian(entry.AsSpan(34)));
        Assert.Equal("avcC", Encoding.ASCII.GetString(entry, 90, 4));
        Assert.Equal(record, entry[94..(94 + record.Length)]);
        Assert.Equal(90_000u, BinaryPrimitives.ReadUInt32BigEndian(boxes["mdhd"].AsSpan(12)));
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32BigEndian(boxes["trex"].AsSpan(4)));
        Assert.DoesNotContain("edts", boxes.Keys);
    }

    [Theory]
    [InlineData("1210", "1210", 44100, 2)]         // AAC-LC 44.1 kHz stereo
    [InlineData("1188", "1188", 48000, 1)]
    [InlineData("2B098800", "2B098800", 24000, 1)] // HE-AAC said first: as it is
    [InlineData("139056E5A0", "2B920800", 22050, 2)] // said behind the AAC-LC part: said first
    [InlineData("138856E5A54880", "EB8A0800", 22050, 2)] // and with parametric stereo
    public void An_aac_record_says_spectral_band_replication_where_every_decoder_sees_it(string sent, string expected, int rate, int channels)
    {
        Assert.True(AudioSpecificConfig.TryParse(Wire.Hex(sent), out AudioSpecificConfig? configuration));
        byte[] file = CmafInitSegment.Write(configuration);
        Dictionary<string, byte[]> boxes = BoxesOf(file);

        byte[] entry = boxes["stsd"][8..];
        Assert.Equal("mp4a", Encoding.ASCII.GetString(entry, 4, 4));
        Assert.Equal(channels, BinaryPrimitives.ReadUInt16BigEndian(entry.AsSpan(24)));
        Assert.Equal((uint)rate << 16, BinaryPrimitives.ReadUInt32BigEndian(entry.AsSpan(32)));
        Assert.Equal((uint)rate, BinaryPrimitives.ReadUInt32BigEndian(boxes["mdhd"].AsSpan(12)));
        byte[] record = Wire.Hex(expected);
        int specificInfo = entry.AsSpan().IndexOf((ReadOnlySpan<byte>)[5, 0x80, 0x80, 0x80, (byte)record.Length]);
        Assert.Equal(record, entry[(specificInfo + 5)..(specificInfo + 5 + record.Length)]);
        Assert.True(AudioSpecificConfig.TryParse(record, out AudioSpecificConfig? written));
        Assert.Equal(configuration.CodecString, written.CodecString);
        Assert.Equal(configuration.OutputSampleRate, written.OutputSampleRate);
        Assert.Equal(configuration.Channels, written.Channels);
    }

    /// <summary>The bodies of all boxes by type; every size has to add up.</summary>
    private static Dictionary<string, byte[]> BoxesOf(byte[] file)
    {
        var boxes = new Dictionary<string, byte[]>();
        var rest = new Queue<byte[]>([file]);
        while (rest.TryDequeue(out byte[]? bytes))
        {
            for (int at = 0; at < bytes.Length;)
            {
                int length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
                Assert.InRange(length, 8, bytes.Length - at);
                string type = Encoding.ASCII.GetString(bytes, at + 4, 4);
                byte[] body = bytes[(at + 8)..(at + length)];
                boxes[type] = body;
                if (Containers.Contains(type))
                {
                    rest.Enqueue(body);
                }

                at += length;
            }
        }

        return boxes;
    }
}

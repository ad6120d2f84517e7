using System.Buffers;
using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Flv;

public class FlvReaderTests
{
    private const string Header = "464C56 01 05 00000009";
    private const string Script = "00000000 12 000003 000000 00 000000 020000";
    private const string Video = "0000000E 09 000006 FFFFFF 12 000000 270100000041";
    private const string Audio = "00000011 08 000000 000005 00 000000";

    [Fact]
    public void Tags_are_read_however_the_bytes_arrive()
    {
        foreach (ReadOnlySequence<byte> received in Wire.EverySplitOf(Header + Script + Video + Audio + "0000000B"))
        {
            ReadOnlySequence<byte> rest = received;
            var reader = new FlvReader();

            AssertTag(MediaKind.Data, 0, "020000", ReadTag(reader, ref rest));
            AssertTag(MediaKind.Video, 0x12FFFFFF, "270100000041", ReadTag(reader, ref rest));
            AssertTag(MediaKind.Audio, 5, "", ReadTag(reader, ref rest));
            Assert.Equal(OperationStatus.NeedMoreData, reader.Read(ref rest, out _));
            Assert.Equal(4, rest.Length);
            Assert.True(reader.HasAudio && reader.HasVideo);
        }
    }

    [Fact]
    public void A_tag_is_given_with_its_last_byte_and_nothing_is_consumed_before()
    {
        byte[] file = Wire.Hex(Header + Script);
        var reader = new FlvReader();
        int consumed = 0;
        for (int length = 0; length < file.Length; length++)
        {
            var received = new ReadOnlySequence<byte>(file, consumed, length - consumed);
            long before = received.Length;

            Assert.Equal(OperationStatus.NeedMoreData, reader.Read(ref received, out _));

            consumed += (int)(before - received.Length);
            Assert.Equal(length < 9 ? 0 : 9, consumed);
        }

        var whole = new ReadOnlySequence<byte>(file, consumed, file.Length - consumed);
        AssertTag(MediaKind.Data, 0, "020000", ReadTag(reader, ref whole));
        Assert.True(whole.IsEmpty);
    }

    [Theory]
    [InlineData("00", false, false)]
    [InlineData("01", false, true)]
    [InlineData("04", true, false)]
    [InlineData("FD", true, true)]
    public void The_header_announces_tracks(string flags, bool hasAudio, bool hasVideo)
    {
        var reader = new FlvReader();
        var received = new ReadOnlySequence<byte>(Wire.Hex($"464C5601{flags}0000000B BEEF" + Script));

        ReadTag(reader, ref received); // behind two more bytes of header

        Assert.Equal((hasAudio, hasVideo), (reader.HasAudio, reader.HasVideo));
    }

    [Theory]
    [InlineData("474554202F", "FLV")] // "GET /"
    [InlineData("46", null)]
    [InlineData("4658", "FLV")]
    [InlineData("464C56 02 05 00000009", "version 2")]
    [InlineData("464C56 01 05 00000008", "header of 8")]
    [InlineData("464C56 01 05 FFFFFFFF", "4294967295")]
    [InlineData(Header + "00000000 07 000003 000000 00 000000 020000", "type 7")]
    [InlineData(Header + "00000000 29 000003 000000 00 000000 020000", "type 41")] // encrypted
    [InlineData(Header + "00000000 09 000401 000000 00 000000", "1025 bytes")]
    [InlineData(Header + "00000000 09 FFFFFF 000000 00 000000", "16777215 bytes")]
    public void What_is_no_FLV_is_said_so_in_words_and_for_good(string hex, string? fault)
    {
        foreach (ReadOnlySequence<byte> received in Wire.EverySplitOf(hex))
        {
            ReadOnlySequence<byte> rest = received;
            var reader = new FlvReader(maxTagBytes: 1024);

            Assert.Equal(fault is null ? OperationStatus.NeedMoreData : OperationStatus.InvalidData, reader.Read(ref rest, out _));
            if (fault is not null)
            {
                Assert.Contains(fault, reader.Fault!, StringComparison.Ordinal);
                var good = new ReadOnlySequence<byte>(Wire.Hex(Header + Script));
                Assert.Equal(OperationStatus.InvalidData, reader.Read(ref good, out _));
            }
        }
    }

    [Fact]
    public void Reading_a_tag_allocates_nothing()
    {
        byte[] bytes = Wire.Hex(Header + Script);
        var reader = new FlvReader();
        var first = new ReadOnlySequence<byte>(bytes);
        ReadTag(reader, ref first);

        Assert.Equal(0, Allocations.Of(() =>
        {
            var rest = new ReadOnlySequence<byte>(bytes, 9, bytes.Length - 9);
            Assert.True(reader.Read(ref rest, out _) == OperationStatus.Done);
        }));
    }

    private static FlvTag ReadTag(FlvReader reader, ref ReadOnlySequence<byte> received)
    {
        Assert.Equal(OperationStatus.Done, reader.Read(ref received, out FlvTag tag));
        return tag;
    }

    private static void AssertTag(MediaKind kind, uint timestamp, string body, FlvTag tag)
    {
        Assert.Equal((kind, timestamp), (tag.Kind, tag.Timestamp));
        Assert.Equal(Wire.Hex(body), tag.Body.ToArray());
    }
}

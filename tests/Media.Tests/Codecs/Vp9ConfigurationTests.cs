using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Codecs;

public class Vp9ConfigurationTests
{
    // The first as ffmpeg's DASH muxer names the same arguments; it never says colour.
    [Theory]
    [InlineData("vp9", "vp09.00.10.08", 0, 8, 1)]
    [InlineData("vp9-profile3", "vp09.03.10.10.03.09.18.09.00", 3, 10, 3)]
    public void A_record_is_read_with_and_without_the_box_s_version_and_flags(string fixture, string codec, int profile, int bitDepth, int chroma)
    {
        byte[] record = CodecFixture.Read(fixture).Record;
        foreach (byte[] bytes in new[] { record, record[4..] })
        {
            Vp9Configuration configuration = Parse(bytes);

            Assert.Equal(codec, configuration.CodecString);
            Assert.Equal((profile, bitDepth, chroma), (configuration.Profile, configuration.BitDepth, configuration.ChromaSubsampling));
            Assert.Equal(record[4..], configuration.Record.ToArray());
        }
    }

    // The examples of the binding, and what differs from what players assume in one field only.
    [Theory]
    [InlineData("0229A4 091009 0000", "vp09.02.41.10.02.09.16.09.00")]
    [InlineData("011E82 020202 0000", "vp09.01.30.08")]
    [InlineData("001F80 010101 0000", "vp09.00.31.08")]
    [InlineData("001F83 010101 0000", "vp09.00.31.08.01.01.01.01.01")]
    [InlineData("001F82 010D01 0000", "vp09.00.31.08.01.01.13.01.00")]
    [InlineData("023EC4 020202 0000", "vp09.02.62.12.02.02.02.02.00")]
    [InlineData("001F82 010101 0002 AABB", "vp09.00.31.08")]
    public void The_codec_s_name_says_all_or_what_cannot_be_assumed(string hex, string codec) => Assert.Equal(codec, Parse(Wire.Hex(hex)).CodecString);

    [Theory]
    [InlineData("")]
    [InlineData("001F82 010101 00")]
    [InlineData("041F82 010101 0000")] // profile
    [InlineData("001F92 010101 0000")] // 9 bits
    [InlineData("01000000 001F82 010101 00")]
    [InlineData("01000000 00000000")]
    public void What_is_none_is_refused(string hex) => Assert.False(Vp9Configuration.TryParse(Wire.Hex(hex), out _));

    private static Vp9Configuration Parse(byte[] record)
    {
        Assert.True(Vp9Configuration.TryParse(record, out Vp9Configuration? configuration));
        return configuration;
    }
}

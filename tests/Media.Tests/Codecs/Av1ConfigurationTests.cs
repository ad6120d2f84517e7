using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Codecs;

public class Av1ConfigurationTests
{
    private static readonly byte[] Record = CodecFixture.Read("av1-svt").Record;

    // Names as ffmpeg's DASH muxer writes them for the same arguments, but for the monochrome one, where it leaves the rest away.
    [Theory]
    [InlineData("av1-svt", "av01.0.00M.10.0.110.09.16.09.0", 10)]
    [InlineData("av1-aom", "av01.0.00M.08", 8)]
    [InlineData("av1-aom-monochrome", "av01.0.00M.08.1.110.02.02.02.1", 8)]
    [InlineData("av1-rav1e", "av01.1.31M.08.0.000.02.02.02.0", 8)]
    public void A_record_gives_its_sequence_header_and_what_it_says(string fixture, string codec, int bitDepth)
    {
        byte[] record = CodecFixture.Read(fixture).Record;
        Av1Configuration configuration = Parse(record);

        Assert.Equal(codec, configuration.CodecString);
        Assert.Equal((74, 66, bitDepth), (configuration.Sequence.Width, configuration.Sequence.Height, configuration.Sequence.BitDepth));
        Assert.Equal(record, configuration.Record.ToArray());
        Assert.Equal(record[6..], configuration.Sequence.Payload.ToArray());
    }

    [Fact]
    public void All_that_the_name_can_say_is_in_it()
    {
        Av1Sequence sequence = new()
        {
            Profile = 2,
            Level = 13,
            Tier = 1,
            Color = bits => bits.Flag(true).Flag(true).Flag(false).Flag(true).Bits(8, 9).Bits(8, 18).Bits(8, 9).Flag(true)
                .Flag(true).Flag(true).Bits(2, 2).Flag(false), // 12 bits, 4:2:0, colocated
        };

        Assert.Equal("av01.2.13H.12.0.112.09.18.09.1", Parse(RecordOf(sequence)).CodecString);
    }

    [Theory]
    [InlineData(1, "0 0 00000001 00001101 00000000 0", "av01.1.08M.08.0.000.01.13.00.1")] // sRGB: says no range
    [InlineData(1, "1 0 0 0", "av01.1.08M.10.0.000.02.02.02.0")]
    [InlineData(2, "0 0 0 0 0", "av01.2.08M.08.0.100.02.02.02.0")]
    [InlineData(2, "1 1 0 0 0 1 0 0", "av01.2.08M.12.0.100.02.02.02.0")]
    [InlineData(2, "1 1 0 0 0 0 0", "av01.2.08M.12.0.000.02.02.02.0")]
    [InlineData(2, "1 1 1 0 1", "av01.2.08M.12.1.110.02.02.02.1")]
    [InlineData(0, "0 0 0 0 01 0", "av01.0.08M.08.0.111.02.02.02.0")]
    [InlineData(0, "0 0 1 00000001 00000001 00000001 0 00 0", "av01.0.08M.08")]
    public void Chroma_follows_from_profile_and_depth_or_is_said(uint profile, string color, string codec)
    {
        if (color.StartsWith("0 0 0000", StringComparison.Ordinal))
        {
            color = "0 1" + color[3..]; // high profile has no monochrome flag; the next says that there is a description
        }

        Av1Sequence sequence = new()
        {
            Profile = profile,
            Color = bits =>
            {
                foreach (char bit in color.Replace(" ", string.Empty, StringComparison.Ordinal))
                {
                    bits.Flag(bit == '1');
                }
            },
        };

        Assert.Equal(codec, Parse(RecordOf(sequence)).CodecString);
    }

    [Fact]
    public void Timing_gives_a_frame_rate_where_intervals_are_equal()
    {
        Assert.Equal(30_000 / 1_001.0, Parse(RecordOf(new Av1Sequence { HasTiming = true, IsEqualInterval = true })).Sequence.FrameRate!.Value, 6);
        Assert.Null(Parse(RecordOf(new Av1Sequence { HasTiming = true })).Sequence.FrameRate);
        Assert.Null(Parse(RecordOf(new Av1Sequence())).Sequence.FrameRate);
    }

    [Fact]
    public void Other_units_before_the_sequence_header_and_behind_it_are_passed_over()
    {
        byte[] record = [.. Record[..4], .. Av1Sequence.Unit(5, [1, 2, 3]), .. Record[4..], .. Av1Sequence.Unit(5, [4])];

        Assert.Equal("av01.0.00M.10.0.110.09.16.09.0", Parse(record).CodecString);
    }

    [Fact]
    public void A_sequence_header_without_a_size_takes_the_rest() =>
        Assert.Equal(Parse(Record).CodecString, Parse([.. Record[..4], 0x08, .. Record[6..]]).CodecString);

    [Theory]
    [InlineData("")]
    [InlineData("81004C00")] // no sequence header: legal, but of no use here
    [InlineData("01004C000A0D0000000334982017C284880482")] // no marker
    [InlineData("82004C000A0D0000000334982017C284880482")] // another version
    [InlineData("81004C008A0D0000000334982017C284880482")] // forbidden bit
    [InlineData("81004C000A0E0000000334982017C284880482")] // one byte too many announced
    [InlineData("81004C000AFFFFFFFFFFFFFFFFFF")] // a size that never ends
    [InlineData("81004C000A0D6000000334982017C284880482")] // profile 3
    [InlineData("81004C000E")]
    public void What_is_none_is_refused(string hex) => Assert.False(Av1Configuration.TryParse(Wire.Hex(hex), out _));

    [Fact]
    public void A_record_cut_off_anywhere_is_refused()
    {
        for (int length = 0; length < Record.Length; length++)
        {
            Assert.False(Av1Configuration.TryParse(Record.AsSpan(0, length), out _), $"{length} bytes");
        }
    }

    private static byte[] RecordOf(Av1Sequence sequence) => [.. Record[..4], .. Av1Sequence.Unit(1, sequence.ToBytes())];

    private static Av1Configuration Parse(byte[] record)
    {
        Assert.True(Av1Configuration.TryParse(record, out Av1Configuration? configuration));
        return configuration;
    }
}

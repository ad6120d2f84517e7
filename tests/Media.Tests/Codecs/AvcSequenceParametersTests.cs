using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Codecs;

public class AvcSequenceParametersTests
{
    // Written by x264 (core 164), the command's options in front.
    [Theory]
    [InlineData("640x360 30 high", "6764001EACD940A02FF970110000030001000003003C0F162D96", 640, 360, 30.0, 100, 1, 8)]
    [InlineData("320x180 25 baseline", "6742C00CD901419F9F011000000300100000030320F142A480", 320, 180, 25.0, 66, 1, 8)]
    [InlineData("1280x720 60", "67640020ACD9405005BB0110000003001000000780F1831960", 1280, 720, 60.0, 100, 1, 8)]
    [InlineData("638x358 24000/1001 4:2:2 10 bit", "677A001EB6CD940A02FEA2F016C800001F480005DC0078B16CB0", 638, 358, 24_000 / 1_001.0, 122, 2, 10)]
    [InlineData("322x242 15 4:4:4", "67F4000C919B282A10F1F1F80880000003008000000F078A14CB", 322, 242, 15.0, 244, 3, 8)]
    [InlineData("854x480 50 gray", "67640028F3650360F78BF016C80000030008000003032078C18CB0", 854, 480, 50.0, 100, 0, 8)]
    [InlineData("3840x2160 60 10 bit", "676E0034A6CD9403C0043EC05A848804A0000003002000000F01E30632C0", 3840, 2160, 60.0, 110, 1, 10)]
    [InlineData("1920x1080 25 interlaced", "67640028ACD94078044FDE0220000003002000000643E2C5B2C0", 1920, 1080, 25.0, 100, 1, 8)]
    [InlineData("720x576 25 interlaced 16:9", "6764001EACD940B424DFF8020001688000000300800000190F8A14CB", 720, 576, 25.0, 100, 1, 8)]
    [InlineData("1920x1080 30000/1001", "67640028ACD940780227E5C05A808080A000007D20001D4C01E30632C0", 1920, 1080, 30_000 / 1_001.0, 100, 1, 8)]
    public void Size_rate_profile_and_format_are_those_the_encoder_was_given(
        string options, string hex, int width, int height, double frameRate, byte profile, int chroma, int bitDepth)
    {
        AvcSequenceParameters sequence = Parse(Wire.Hex(hex));

        Assert.Equal((width, height), (sequence.Width, sequence.Height));
        Assert.Equal(frameRate, sequence.FrameRate!.Value, 6);
        Assert.Equal((profile, chroma), (sequence.Profile, sequence.ChromaFormat));
        Assert.Equal((bitDepth, bitDepth), (sequence.LumaBitDepth, sequence.ChromaBitDepth));
        Assert.Equal(options.Contains("interlaced", StringComparison.Ordinal), sequence.IsInterlaced);
    }

    [Fact]
    public void Colour_is_read_and_unspecified_where_nothing_is_said()
    {
        VideoColor hdr = Parse(Wire.Hex("676E0034A6CD9403C0043EC05A848804A0000003002000000F01E30632C0")).Color;
        VideoColor rec709 = Parse(Wire.Hex("67640028ACD940780227E5C05A808080A000007D20001D4C01E30632C0")).Color;
        VideoColor full = Parse(Wire.Hex("677A001EB6CD940A02FEA2F016C800001F480005DC0078B16CB0")).Color;
        VideoColor silent = Parse(Wire.Hex("67640020ACD9405005BB0110000003001000000780F1831960")).Color;

        Assert.Equal(new VideoColor(9, 16, 9, IsFullRange: false), hdr);
        Assert.Equal(new VideoColor(1, 1, 1, IsFullRange: false), rec709);
        Assert.Equal(VideoColor.Unspecified with { IsFullRange = true }, full);
        Assert.Equal(VideoColor.Unspecified, silent);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Scaling_lists_are_passed_over(uint chromaFormat)
    {
        BitWriter bits = High(chromaFormat).Flag(true);
        int[] flat = [.. Enumerable.Repeat(0, 16)];
        int[] rising = [.. Enumerable.Repeat(1, 64)];
        bits.Flag(true).Signed(flat); // all sixteen as the one before
        bits.Flag(true).Signed(-8); // next scale 0: the default list, nothing follows
        bits.Flag(false);
        bits.Flag(true).Signed(4, -12); // the second ends the list: the rest repeats the first
        bits.Flag(false).Flag(false);
        bits.Flag(true).Signed(rising);
        for (int list = 7; list < (chromaFormat == 3 ? 12 : 8); list++)
        {
            bits.Flag(true).Signed(-8);
        }

        AvcSequenceParameters sequence = Parse(Size(bits.Unsigned(0, 0, 0, 4).Flag(false), 80, 45).Flag(false));

        Assert.Equal((1280, 720), (sequence.Width, sequence.Height));
        Assert.Null(sequence.FrameRate);
    }

    [Fact]
    public void Picture_order_of_type_1_and_cropping_on_all_sides_are_read()
    {
        BitWriter bits = Baseline().Unsigned(4, 1).Flag(true).Signed(-1, 2).Unsigned(3).Signed(1, -1, 5).Unsigned(1).Flag(false)
            .Unsigned(19, 14).Flag(true).Flag(true).Flag(true).Unsigned(1, 2, 3, 4).Flag(false);

        AvcSequenceParameters sequence = Parse(bits);

        Assert.Equal((320 - 6, 240 - 14), (sequence.Width, sequence.Height));
    }

    [Fact]
    public void Fields_are_cropped_in_twice_the_unit()
    {
        BitWriter bits = Baseline().Unsigned(4, 2, 1).Flag(false)
            .Unsigned(119, 33).Flag(false).Flag(true).Flag(true).Flag(true).Unsigned(0, 0, 0, 2).Flag(false);

        AvcSequenceParameters sequence = Parse(bits);

        Assert.Equal((1920, 1080, true), (sequence.Width, sequence.Height, sequence.IsInterlaced));
    }

    [Fact]
    public void Usability_information_that_is_cut_off_counts_as_absent()
    {
        byte[] whole = Wire.Hex("6764001EACD940A02FF970110000030001000003003C0F162D96");

        AvcSequenceParameters sequence = Parse(whole[..18]);

        Assert.Equal((640, 360, null), (sequence.Width, sequence.Height, sequence.FrameRate));
    }

    [Theory]
    [InlineData(0u, 50u)]
    [InlineData(50u, 0u)]
    [InlineData(1u, 180_000u)]
    [InlineData(0u, 0u)]
    public void A_frame_rate_that_cannot_be_is_not_stated(uint unitsInTick, uint ticksPerSecond)
    {
        BitWriter bits = Size(Baseline().Unsigned(4, 2, 1).Flag(false), 20, 15).Flag(true)
            .Flag(false).Flag(false).Flag(false).Flag(false).Flag(true).Bits(32, unitsInTick).Bits(32, ticksPerSecond).Flag(true);

        Assert.Null(Parse(bits).FrameRate);
    }

    [Theory]
    [InlineData("")]
    [InlineData("67")]
    [InlineData("68EBE3CB22C0")] // a picture parameter set
    [InlineData("6764001E")]
    [InlineData("67640000000000000000000000000000000000000000000000")]
    public void What_is_none_is_refused(string hex) => Assert.False(AvcSequenceParameters.TryParse(Wire.Hex(hex), out _));

    [Theory]
    [InlineData(0xFFFFFFFEu, 10u, 0u, 0u)] // two giant sides
    [InlineData(10u, 0xFFFFFFFEu, 0u, 0u)]
    [InlineData(4_096u, 10u, 0u, 0u)] // 65,552 samples: more than a sample entry can say
    [InlineData(9u, 10u, 40u, 40u)] // all cropped away
    [InlineData(9u, 10u, 0xFFFFFFFEu, 0xFFFFFFFEu)]
    public void A_size_that_cannot_be_is_refused(uint widthMinus1, uint heightMinus1, uint cropLeft, uint cropRight)
    {
        BitWriter bits = Baseline().Unsigned(4, 2, 1).Flag(false).Unsigned(widthMinus1, heightMinus1)
            .Flag(true).Flag(true).Flag(true).Unsigned(cropLeft, cropRight, 0, 0).Flag(false);

        Assert.False(AvcSequenceParameters.TryParse(bits.ToNalUnit(0x67), out _));
    }

    [Fact]
    public void A_cycle_of_four_thousand_million_pictures_is_refused_at_once()
    {
        BitWriter bits = Baseline().Unsigned(4, 1).Flag(true).Signed(0, 0).Unsigned(0xFFFFFFFE).Bits(32, 0xFFFFFFFF);

        Assert.False(AvcSequenceParameters.TryParse(bits.ToNalUnit(0x67), out _));
    }

    private static BitWriter Baseline() => new BitWriter().Bits(8, 66).Bits(8, 0xC0).Bits(8, 31).Unsigned(0);

    private static BitWriter High(uint chromaFormat)
    {
        BitWriter bits = new BitWriter().Bits(8, 244).Bits(8, 0).Bits(8, 31).Unsigned(0, chromaFormat);
        return (chromaFormat == 3 ? bits.Flag(false) : bits).Unsigned(0, 0).Flag(false);
    }

    private static BitWriter Size(BitWriter bits, uint macroblocksWide, uint macroblocksHigh) =>
        bits.Unsigned(macroblocksWide - 1, macroblocksHigh - 1).Flag(true).Flag(true).Flag(false);

    private static AvcSequenceParameters Parse(BitWriter bits) => Parse(bits.ToNalUnit(0x67));

    private static AvcSequenceParameters Parse(byte[] nalUnit)
    {
        Assert.True(AvcSequenceParameters.TryParse(nalUnit, out AvcSequenceParameters? sequence));
        return sequence;
    }
}

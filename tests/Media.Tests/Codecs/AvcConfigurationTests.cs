using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Codecs;

public class AvcConfigurationTests
{
    private const string Sps = "67640028ACD940780227E5C05A808080A000007D20001D4C01E30632C0";
    private const string Record = "01640028FFE1001D" + Sps + "01000668EBE3CB22C0FDF8F800";

    [Fact]
    public void A_record_gives_its_parameter_sets_and_what_they_say()
    {
        AvcConfiguration configuration = Parse(Record);

        Assert.Equal(4, configuration.NalLengthSize);
        Assert.Equal("avc1.640028", configuration.CodecString);
        Assert.Equal((100, 0, 40), (configuration.Profile, configuration.Compatibility, configuration.Level));
        Assert.Equal((1920, 1080), (configuration.Sequence.Width, configuration.Sequence.Height));
        Assert.Equal(Wire.Hex(Sps), Assert.Single(configuration.SequenceParameterSets).ToArray());
        Assert.Equal(Wire.Hex("68EBE3CB22C0"), Assert.Single(configuration.PictureParameterSets).ToArray());
        Assert.Equal(Wire.Hex(Record), configuration.Record.ToArray());
    }

    [Theory]
    [InlineData("FC", 1)]
    [InlineData("FD", 2)]
    [InlineData("FF", 4)]
    [InlineData("03", 4)] // the reserved bits are not always set
    public void Lengths_of_1_2_and_4_bytes_are_legal(string lengthByte, int expectedSize) =>
        Assert.Equal(expectedSize, Parse($"01640028{lengthByte}E1001D{Sps}01000668EBE3CB22C0").NalLengthSize);

    [Fact]
    public void The_codec_is_named_after_the_parameter_set_where_the_record_disagrees() =>
        Assert.Equal("avc1.640028", Parse($"0142E01FFFE1001D{Sps}01000668EBE3CB22C0").CodecString);

    [Fact]
    public void Several_parameter_sets_are_kept_in_order()
    {
        AvcConfiguration configuration = Parse($"01640028FFE2001D{Sps}00046742C00C0200016800026801");

        Assert.Equal([29, 4], configuration.SequenceParameterSets.Select(set => set.Length));
        Assert.Equal(["68", "6801"], configuration.PictureParameterSets.Select(set => Convert.ToHexString(set.Span)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00000001" + Sps)] // start codes instead of a record
    [InlineData("02640028FFE1001D" + Sps + "00")] // another version
    [InlineData("01640028FEE1001D" + Sps + "00")] // lengths of 3 bytes
    [InlineData("01640028FFE000")] // no sequence parameters
    [InlineData("01640028FFFF001D" + Sps + "00")] // 31 of them announced
    [InlineData("01640028FFE1FFFF" + Sps + "00")]
    [InlineData("01640028FFE100000100")]
    [InlineData("01640028FFE1001D" + Sps + "FF0001")]
    public void What_is_none_is_refused(string hex) => Assert.False(AvcConfiguration.TryParse(Wire.Hex(hex), out _));

    [Fact]
    public void A_record_cut_off_anywhere_before_the_end_of_its_sets_is_refused()
    {
        byte[] record = Wire.Hex(Record);
        int endOfSets = record.Length - 4;
        for (int length = 0; length < endOfSets; length++)
        {
            Assert.False(AvcConfiguration.TryParse(record.AsSpan(0, length), out _), $"{length} bytes");
        }

        Assert.True(AvcConfiguration.TryParse(record.AsSpan(0, endOfSets), out _));
    }

    private static AvcConfiguration Parse(string hex)
    {
        Assert.True(AvcConfiguration.TryParse(Wire.Hex(hex), out AvcConfiguration? configuration));
        return configuration;
    }
}

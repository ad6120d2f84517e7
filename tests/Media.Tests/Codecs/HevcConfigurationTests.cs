using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Codecs;

public class HevcConfigurationTests
{
    private static readonly byte[] Record = CodecFixture.Read("hevc-hdr-layers").Record;

    // Names by ISO/IEC 14496-15 annex E from the fields as ffmpeg's trace shows them.
    [Theory]
    [InlineData("hevc-open-gop", "hvc1.1.6.L30.90", 74, 66, 1, 8, 1)]
    [InlineData("hevc-hdr-layers", "hvc1.2.4.L30.90", 74, 66, 1, 10, 2)]
    [InlineData("hevc-444-high-tier", "hvc1.4.10.H123.98.8", 74, 66, 3, 12, 1)]
    public void A_record_gives_its_sets_and_what_they_say(
        string fixture, string codec, int width, int height, int chroma, int bitDepth, int subLayers)
    {
        byte[] record = CodecFixture.Read(fixture).Record;
        HevcConfiguration configuration = Parse(record);
        HevcSequenceParameters sequence = configuration.Sequence;

        Assert.Equal(codec, configuration.CodecString);
        Assert.Equal((width, height, 25.0), (sequence.Width, sequence.Height, sequence.FrameRate));
        Assert.Equal((chroma, bitDepth, bitDepth), (sequence.ChromaFormat, sequence.LumaBitDepth, sequence.ChromaBitDepth));
        Assert.Equal(subLayers, sequence.SubLayers);
        Assert.Equal(4, configuration.NalLengthSize);
        Assert.Equal(record, configuration.Record.ToArray());
        Assert.Equal(0x40, Assert.Single(configuration.VideoParameterSets).Span[0]);
        Assert.Equal(0x42, Assert.Single(configuration.SequenceParameterSets).Span[0]);
        Assert.Equal(0x44, Assert.Single(configuration.PictureParameterSets).Span[0]);
    }

    [Fact]
    public void Colour_is_read_and_unspecified_where_nothing_is_said()
    {
        Assert.Equal(new VideoColor(9, 16, 9, IsFullRange: false), Parse(Record).Sequence.Color);
        Assert.Equal(VideoColor.Unspecified, Parse(CodecFixture.Read("hevc-open-gop").Record).Sequence.Color);
    }

    // The examples of ISO/IEC 14496-15 annex E.3 but for the sample entry.
    [Theory]
    [InlineData("hvc1.1.6.L93.B0", 0, 1, 0x60000000, false, 93, 0xB00000000000)]
    [InlineData("hvc1.A4.41.H120.B0.23", 1, 4, 0x82000000, true, 120, 0xB02300000000)]
    [InlineData("hvc1.C1.80000000.L30", 3, 1, 1, false, 30, 0)]
    [InlineData("hvc1.2.4.L153.0.0.0.0.0.1", 0, 2, 0x20000000, false, 153, 1)]
    public void The_codec_s_name_has_each_field_in_its_order(
        string name, uint space, uint profile, uint compatibility, bool isHighTier, uint level, long constraints)
    {
        byte[] set = HevcSequence.Beginning(profile, level, space, isHighTier, compatibility, (ulong)constraints).WithSize(64, 64).Plain();

        Assert.Equal(name, Parse(RecordOf(set)).CodecString);
    }

    [Theory]
    [InlineData(0x0C, 1)]
    [InlineData(0x0D, 2)]
    [InlineData(0x0F, 4)]
    public void Lengths_of_1_2_and_4_bytes_are_legal(byte value, int expectedSize)
    {
        byte[] record = [.. Record];
        record[21] = value;

        Assert.Equal(expectedSize, Parse(record).NalLengthSize);
    }

    [Fact]
    public void Arrays_in_another_order_of_other_types_or_empty_are_no_trouble()
    {
        byte[] set = HevcSequence.Beginning(1, 93).WithSize(64, 64).Plain();
        byte[] record = [.. RecordOf(set)[..22], 5, .. Array(34, [0x44, 1, 0xC0]), .. Array(39), .. Array(63, [1], []), .. Array(33, set), .. Array(32)];

        HevcConfiguration configuration = Parse(record);

        Assert.Equal((64, 1, 0), (configuration.Sequence.Width, configuration.PictureParameterSets.Count, configuration.VideoParameterSets.Count));
    }

    [Fact]
    public void A_record_cut_off_anywhere_is_refused()
    {
        for (int length = 0; length < Record.Length; length++)
        {
            Assert.False(HevcConfiguration.TryParse(Record.AsSpan(0, length), out _), $"{length} bytes");
        }

        Assert.True(HevcConfiguration.TryParse([.. Record, 1, 2, 3], out _));
    }

    [Theory]
    [InlineData(0, 0)] // version
    [InlineData(0, 2)]
    [InlineData(21, 0x0E)] // lengths of 3 bytes
    [InlineData(22, 0)] // no arrays
    [InlineData(22, 255)]
    [InlineData(24, 0xFF)] // 65,281 sets
    [InlineData(26, 0xFF)]
    public void A_record_that_lies_is_refused(int position, byte value)
    {
        byte[] record = [.. Record];
        record[position] = value;

        Assert.False(HevcConfiguration.TryParse(record, out _));
    }

    [Fact]
    public void A_lying_count_costs_nothing()
    {
        byte[] record = [.. Record[..22], 255, 33, 0xFF, 0xFF];

        Assert.InRange(Allocations.Of(() => Assert.False(HevcConfiguration.TryParse(record, out _))), 0, 1_000);
    }

    private static HevcConfiguration Parse(byte[] record)
    {
        Assert.True(HevcConfiguration.TryParse(record, out HevcConfiguration? configuration));
        return configuration;
    }

    private static byte[] RecordOf(byte[] sequenceSet) => [.. Record[..22], 1, .. Array(33, sequenceSet)];

    private static byte[] Array(byte type, params byte[][] units) =>
        [type, 0, (byte)units.Length, .. units.SelectMany(unit => (byte[])[(byte)(unit.Length >> 8), (byte)unit.Length, .. unit])];
}

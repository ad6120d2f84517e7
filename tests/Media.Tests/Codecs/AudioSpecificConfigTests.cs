using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Codecs;

public class AudioSpecificConfigTests
{
    [Theory]
    [InlineData("1210", 44_100, 2)]
    [InlineData("1190", 48_000, 2)]
    [InlineData("1188", 48_000, 1)]
    [InlineData("121056E500", 44_100, 2)] // ffmpeg: an extension that says "no SBR"
    [InlineData("118856E500", 48_000, 1)]
    [InlineData("103056E500", 96_000, 6)]
    [InlineData("139056E500", 22_050, 2)]
    [InlineData("11B8", 48_000, 8)] // channel configuration 7 is 7.1
    [InlineData("11D8", 48_000, 7)] // 11 is 6.1
    [InlineData("1780AC4410", 88_200, 2)] // rate by escape
    [InlineData("1580", 8_000, 0)] // ch 0 and the program config element cut off: left to the bitstream
    public void Plain_AAC_gives_rate_and_channels(string hex, int sampleRate, int channels)
    {
        AudioSpecificConfig config = Parse(Wire.Hex(hex));

        Assert.Equal((2, sampleRate, channels), (config.ObjectType, config.SampleRate, config.Channels));
        Assert.Equal((sampleRate, 1024), (config.OutputSampleRate, config.SamplesPerFrame));
        Assert.Equal("mp4a.40.2", config.CodecString);
        Assert.False(config.HasSpectralBandReplication || config.HasParametricStereo || config.IsHierarchical);
        Assert.Equal(Wire.Hex(hex), config.Record.ToArray());
    }

    [Theory]
    [InlineData("2B920800", true, 22_050, 44_100, 2, "mp4a.40.5")]
    [InlineData("139056E5A0", false, 22_050, 44_100, 2, "mp4a.40.5")]
    [InlineData("EB8A0800", true, 22_050, 44_100, 2, "mp4a.40.29")] // one coded channel, two put out
    [InlineData("138856E5A54880", false, 22_050, 44_100, 2, "mp4a.40.29")]
    [InlineData("130856E59D4880", false, 24_000, 48_000, 2, "mp4a.40.29")]
    public void High_efficiency_AAC_is_seen_in_both_ways_of_saying_it(
        string hex, bool isHierarchical, int sampleRate, int outputSampleRate, int channels, string codec)
    {
        AudioSpecificConfig config = Parse(Wire.Hex(hex));

        Assert.Equal((2, sampleRate, outputSampleRate), (config.ObjectType, config.SampleRate, config.OutputSampleRate));
        Assert.True(config.HasSpectralBandReplication);
        Assert.Equal((isHierarchical, channels, codec), (config.IsHierarchical, config.Channels, config.CodecString));
    }

    [Fact]
    public void A_frame_may_have_960_samples()
    {
        Assert.Equal(960, Parse(new BitWriter().Bits(5, 2).Bits(4, 3).Bits(4, 2).Flag(true).Flag(false).Flag(false).ToBytes()).SamplesPerFrame);
        Assert.Equal(512, Parse(new BitWriter().Bits(5, 23).Bits(4, 3).Bits(4, 2).Bits(3, 0).Bits(2, 0).ToBytes()).SamplesPerFrame);
    }

    [Fact]
    public void Channels_are_counted_in_a_program_config_element()
    {
        BitWriter bits = new BitWriter().Bits(5, 2).Bits(4, 3).Bits(4, 0).Bits(3, 0)
            .Bits(4, 0).Bits(2, 1).Bits(4, 3)
            .Bits(4, 2).Bits(4, 0).Bits(4, 1).Bits(2, 1).Bits(3, 1).Bits(4, 1) // 2 front, 1 back, 1 low frequency, 1 data, 1 coupling
            .Flag(true).Bits(4, 5).Flag(false).Flag(true).Bits(3, 2)
            .Flag(false).Bits(4, 0).Flag(true).Bits(4, 0).Flag(true).Bits(4, 1) // center, left and right; surround pair
            .Bits(4, 0).Bits(4, 0).Bits(5, 0);

        Assert.Equal(6, Parse(bits.ToBytes().Concat(new byte[] { 2, 65, 66 }).ToArray()).Channels);
    }

    [Fact]
    public void Other_object_types_are_named_after_their_number()
    {
        AudioSpecificConfig unified = Parse(new BitWriter().Bits(5, 31).Bits(6, 10).Bits(4, 3).Bits(4, 2).Bits(8, 0).ToBytes());

        Assert.Equal((42, 48_000, 2, "mp4a.40.42"), (unified.ObjectType, unified.SampleRate, unified.Channels, unified.CodecString));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("0210")] // object type 0
    [InlineData("1690")] // rate index 13 is reserved
    [InlineData("1780000010")] // rate 0 by escape
    [InlineData("17FF")] // escape cut off
    [InlineData("1240")] // channel configuration 8 is reserved
    [InlineData("FF")]
    [InlineData("2B")] // SBR announced, cut off
    public void What_is_none_is_refused(string hex) => Assert.False(AudioSpecificConfig.TryParse(Wire.Hex(hex), out _));

    private static AudioSpecificConfig Parse(byte[] record)
    {
        Assert.True(AudioSpecificConfig.TryParse(record, out AudioSpecificConfig? config));
        return config;
    }
}

using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Codecs;

/// <summary>Headers of the audio codecs that say what they are in a few bytes. Fixtures are ffmpeg's, with 48 kHz unless named otherwise.</summary>
public class AudioConfigurationTests
{
    private const string StreamInfo = "1000 1000 00000E 0010A4 0BB802F0 0000BB80 00112233445566778899AABBCCDDEEFF"; // 48 kHz, 2 channels, 16 bits

    [Fact]
    public void OpusHead_says_channels_skip_rate_and_gain_in_little_endian()
    {
        OpusConfiguration configuration = ParseOpus("4F70757348656164 01 02 3801 44AC0000 00FF 00");

        Assert.Equal((2, 312, 44_100u, -256), (configuration.Channels, configuration.PreSkip, configuration.InputSampleRate, configuration.OutputGain));
        Assert.Equal((0, 0), (configuration.MappingFamily, configuration.MappingTable.Length));
        Assert.Equal("Opus", OpusConfiguration.CodecString);
    }

    [Fact]
    public void OpusHead_of_surround_sound_has_a_channel_map()
    {
        OpusConfiguration configuration = ParseOpus("4F70757348656164 0F 06 3801 80BB0000 0000 01 04 02 000401020305");

        Assert.Equal((6, 1), (configuration.Channels, configuration.MappingFamily));
        Assert.Equal(Wire.Hex("0402000401020305"), configuration.MappingTable.ToArray());
    }

    [Fact]
    public void An_empty_OpusHead_is_stereo() => Assert.Equal((2, 0), (ParseOpus("").Channels, ParseOpus("").PreSkip));

    [Theory]
    [InlineData("4F70757348656165 01 02 3801 80BB0000 0000 00")] // magic
    [InlineData("4F70757348656164 11 02 3801 80BB0000 0000 00")] // a version that may change anything
    [InlineData("4F70757348656164 01 00 3801 80BB0000 0000 00")] // no channels
    [InlineData("4F70757348656164 01 03 3801 80BB0000 0000 00")] // family 0 has no third channel
    [InlineData("4F70757348656164 01 06 3801 80BB0000 0000 01 04 02 0004010203")] // a map cut off
    [InlineData("4F70757348656164 01 FF 3801 80BB0000 0000 FF")]
    [InlineData("00")]
    public void What_is_no_OpusHead_is_refused(string hex) => Assert.False(OpusConfiguration.TryParse(Wire.Hex(hex), out _));

    // RFC 6716 table 2: by configuration, samples of 48 kHz.
    [Fact]
    public void An_Opus_packet_lasts_as_its_table_of_contents_says()
    {
        int[] frames =
        [
            480, 960, 1920, 2880, 480, 960, 1920, 2880, 480, 960, 1920, 2880, 480, 960, 480, 960,
            120, 240, 480, 960, 120, 240, 480, 960, 120, 240, 480, 960, 120, 240, 480, 960,
        ];
        for (int configuration = 0; configuration < 32; configuration++)
        {
            byte contents = (byte)(configuration << 3);
            Assert.Equal(frames[configuration], OpusConfiguration.CountSamples([contents]));
            Assert.Equal(frames[configuration], OpusConfiguration.CountSamples([(byte)(contents | 4), 0xFF])); // stereo
            Assert.Equal(2 * frames[configuration], OpusConfiguration.CountSamples([(byte)(contents | 1), 0xFF]));
            Assert.Equal(2 * frames[configuration], OpusConfiguration.CountSamples([(byte)(contents | 2), 0xFF]));
            int most = 5760 / frames[configuration];
            Assert.Equal(most * frames[configuration], OpusConfiguration.CountSamples([(byte)(contents | 3), (byte)(0xC0 | most)]));
            Assert.Equal(0, OpusConfiguration.CountSamples([(byte)(contents | 3), (byte)(most + 1)]));
        }

        Assert.Equal(0, OpusConfiguration.CountSamples([]));
        Assert.Equal(0, OpusConfiguration.CountSamples([3]));
        Assert.Equal(0, OpusConfiguration.CountSamples([3, 0]));
    }

    [Theory]
    [InlineData("opus", 960)]
    [InlineData("opus-surround", 2880)]
    public void Opus_packets_of_an_encoder_last_what_it_was_told(string fixture, int samples) =>
        Assert.All(CodecFixture.Read(fixture).Samples, packet => Assert.Equal(samples, OpusConfiguration.CountSamples(packet)));

    [Fact]
    public void FLAC_is_read_with_and_without_its_magic_and_other_blocks_are_left_out()
    {
        string block = "00000022" + StreamInfo;
        string tags = "84000004 00000000";
        foreach (string header in new[] { "664C6143" + block + tags, block + tags, "664C6143" + "80000022" + StreamInfo, StreamInfo })
        {
            Assert.True(FlacConfiguration.TryParse(Wire.Hex(header), out FlacConfiguration? configuration), header);
            Assert.Equal((48_000, 2, 16, 4096), (configuration.SampleRate, configuration.Channels, configuration.BitsPerSample, configuration.MaxBlockSize));
            Assert.Equal(Wire.Hex("80000022" + StreamInfo), configuration.Block.ToArray());
        }

        Assert.Equal("fLaC", FlacConfiguration.CodecString);
    }

    [Fact]
    public void FLAC_of_an_encoder_is_what_it_was_told_and_its_frames_last_a_block()
    {
        CodecFixture fixture = CodecFixture.Read("flac");
        byte[] block = fixture.Record[4..]; // behind the box's version and flags

        Assert.True(FlacConfiguration.TryParse(block, out FlacConfiguration? configuration));
        Assert.Equal((48_000, 2, 24), (configuration.SampleRate, configuration.Channels, configuration.BitsPerSample));
        Assert.Equal(block, configuration.Block.ToArray());
        int[] samples = [.. fixture.Samples.Select(frame => FlacConfiguration.CountSamples(frame))];
        Assert.All(samples[..^1], count => Assert.Equal(configuration.MaxBlockSize, count));
        Assert.Equal(19_200, samples.Sum()); // 0.4 s
    }

    [Theory]
    [InlineData("FFF81C00 00 00", 192)]
    [InlineData("FFF82C00 00 00", 576)]
    [InlineData("FFF95C00 F0808080 00", 4608)]
    [InlineData("FFF8FC00 00 00", 32_768)]
    [InlineData("FFF86C00 7F 0F 00", 16)]
    [InlineData("FFF86C00 C280 FF 00", 256)]
    [InlineData("FFF97C00 FE808080808080 FFFF", 65_536)]
    [InlineData("FFF97C00 FE808080808080 FF", 0)]
    [InlineData("FFF80C00 00 00", 0)]
    [InlineData("FFFB1C00 00 00", 0)]
    [InlineData("FFF86C00", 0)]
    [InlineData("FFF86C00 FF", 0)]
    public void A_FLAC_frame_lasts_as_its_header_says(string hex, int samples) =>
        Assert.Equal(samples, FlacConfiguration.CountSamples(Wire.Hex(hex)));

    [Theory]
    [InlineData("")]
    [InlineData("664C6143")]
    [InlineData("04000022" + StreamInfo)] // tags first
    [InlineData("00000023" + StreamInfo + "00")]
    [InlineData("1000 000F 00000E 0010A4 0BB802F0 0000BB80 00112233445566778899AABBCCDDEEFF")] // blocks of 15 samples
    [InlineData("1000 1000 00000E 0010A4 000002F0 0000BB80 00112233445566778899AABBCCDDEEFF")] // 0 Hz
    public void What_is_no_FLAC_is_refused(string hex) => Assert.False(FlacConfiguration.TryParse(Wire.Hex(hex), out _));

    [Fact]
    public void AC_3_is_what_its_first_frame_says_and_what_ffmpeg_writes_in_a_box()
    {
        CodecFixture fixture = CodecFixture.Read("ac3");

        Assert.True(Ac3Configuration.TryParse(fixture.Samples[0], out Ac3Configuration? read));
        Assert.Equal((48_000, 6), (read.SampleRate, read.Channels));
        uint box = ((uint)read.SampleRateCode << 22) | ((uint)read.StreamId << 17) | ((uint)read.StreamMode << 14) | ((uint)read.ChannelMode << 11)
            | (read.HasLowFrequency ? 1u << 10 : 0) | ((uint)read.BitRateCode << 5);
        Assert.Equal(Convert.ToHexString(fixture.Record), $"{box:X6}");
        Assert.Equal("ac-3", Ac3Configuration.CodecString);
        Assert.False(Ac3Configuration.TryParse(CodecFixture.Read("eac3").Samples[0], out _));
    }

    [Fact]
    public void E_AC_3_is_what_its_first_frame_says_and_what_ffmpeg_writes_in_a_box()
    {
        CodecFixture fixture = CodecFixture.Read("eac3");

        Assert.True(Eac3Configuration.TryParse(fixture.Samples[0], out Eac3Configuration? read));
        Assert.Equal((48_000, 2, 1536, 96_000), (read.SampleRate, read.Channels, read.SamplesPerFrame, read.BitRate));
        ulong box = ((ulong)(read.BitRate / 1000) << 27) | ((uint)read.SampleRateCode << 22) | ((uint)read.StreamId << 17) | ((uint)read.ChannelMode << 9)
            | (read.HasLowFrequency ? 1u << 8 : 0);
        Assert.Equal(Convert.ToHexString(fixture.Record), $"{box:X10}");
        Assert.All(fixture.Samples, packet => Assert.Equal(1536, Eac3Configuration.CountSamples(packet)));
        Assert.Equal("ec-3", Eac3Configuration.CodecString);
        Assert.False(Eac3Configuration.TryParse(CodecFixture.Read("ac3").Samples[0], out _));
    }

    [Theory]
    [InlineData("0B77 0003 04 86", 256)] // one block
    [InlineData("0B77 0003 04 86 0000", 256)]
    [InlineData("0B77 0003 14 86 0000 0B77 0003 24 86 0000", 512 + 768)]
    [InlineData("0B77 0003 34 86 0000 0B77 4003 3E 86 0000", 1536)] // a dependent substream on top
    [InlineData("0B77 0003 34 86 0000 0B77 0803 34 86 0000", 1536)] // another programme
    [InlineData("0B77 0003 E4 86 0000", 1536)] // half of 32 kHz
    [InlineData("0B77 0003 F4 86 0000", 0)]
    [InlineData("0B77 C003 34 86 0000", 0)]
    [InlineData("0B77 0003 34 46 0000", 0)] // AC-3
    [InlineData("0B78 0003 34 86 0000", 0)]
    [InlineData("0B77 0003", 0)]
    public void An_E_AC_3_packet_lasts_as_the_frames_of_its_first_programme(string hex, int samples) =>
        Assert.Equal(samples, Eac3Configuration.CountSamples(Wire.Hex(hex)));

    [Fact]
    public void Any_number_of_tiny_E_AC_3_frames_is_counted_in_one_go()
    {
        byte[] packet = [.. Enumerable.Repeat(Wire.Hex("0B77 0002 04 86"), 10_000).SelectMany(frame => frame)];

        Assert.Equal(2_560_000, Eac3Configuration.CountSamples(packet));
        Assert.Equal(0, Allocations.Of(() => Eac3Configuration.CountSamples(packet)));
    }

    [Theory]
    [InlineData("mp3", 48_000, 1, 1152, 64_000)]
    [InlineData("mp3-low-rate", 22_050, 2, 576, 64_000)]
    public void MP3_frames_say_what_the_encoder_was_told(string fixture, int sampleRate, int channels, int samples, int bitRate)
    {
        Assert.All(CodecFixture.Read(fixture).Samples, frame =>
        {
            Assert.True(Mp3Frame.TryParse(frame, out Mp3Frame header));
            Assert.Equal((sampleRate, channels, samples, bitRate), (header.SampleRate, header.Channels, header.SamplesPerFrame, header.BitRate));
        });
        Assert.Equal("mp4a.40.34", Mp3Frame.CodecString);
    }

    [Fact]
    public void Finding_out_how_long_a_frame_lasts_allocates_nothing()
    {
        byte[][] frames = [.. ((string[])["opus", "flac", "eac3", "mp3"]).Select(name => CodecFixture.Read(name).Samples[0])];

        int samples = 0;

        Assert.Equal(0, Allocations.Of(() => samples = OpusConfiguration.CountSamples(frames[0]) + FlacConfiguration.CountSamples(frames[1])
            + Eac3Configuration.CountSamples(frames[2]) + (Mp3Frame.TryParse(frames[3], out Mp3Frame mp3) ? mp3.SamplesPerFrame : 0)));
        Assert.Equal(960 + 4608 + 1536 + 1152, samples);
    }

    [Theory]
    [InlineData("FFE31000", 11_025, 2, 8_000)] // "MPEG-2.5"
    [InlineData("FFFBE8C0", 32_000, 1, 320_000)]
    [InlineData("FFFB0000", 44_100, 2, 0)] // free format
    public void MP3_headers_of_other_kinds_are_read(string hex, int sampleRate, int channels, int bitRate)
    {
        Assert.True(Mp3Frame.TryParse(Wire.Hex(hex), out Mp3Frame header));
        Assert.Equal((sampleRate, channels, bitRate), (header.SampleRate, header.Channels, header.BitRate));
    }

    [Theory]
    [InlineData("")]
    [InlineData("FFFB90")]
    [InlineData("FEFB9000")]
    [InlineData("FFEB9000")] // reserved version
    [InlineData("FFFD9000")] // layer II
    [InlineData("FFFBF000")] // bit rate
    [InlineData("FFFB9C00")] // sample rate
    public void What_is_no_MP3_frame_is_refused(string hex) => Assert.False(Mp3Frame.TryParse(Wire.Hex(hex), out _));

    private static OpusConfiguration ParseOpus(string hex)
    {
        Assert.True(OpusConfiguration.TryParse(Wire.Hex(hex), out OpusConfiguration? configuration));
        return configuration;
    }
}

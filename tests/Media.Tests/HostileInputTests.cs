using System.Buffers;
using MediaServer.Media.Tests.Codecs;
using MediaServer.TestKit;

namespace MediaServer.Media.Tests;

/// <summary>Whatever a peer sends: parsers answer, in time, and never throw.</summary>
public class HostileInputTests : IDisposable
{
    private const int Rounds = 3_000;

    private static readonly byte[] AvcRecord =
        Wire.Hex("01640028FFE1001D67640028ACD940780227E5C05A808080A000007D20001D4C01E30632C001000668EBE3CB22C0FDF8F800");

    private static readonly byte[] AacRecord = Wire.Hex("138856E5A54880");
    private static readonly byte[] Sample = SampleStream.ReadTags("open-gop.flv").First(tag => tag.Kind == MediaKind.Video && tag.Body.Length > 900).Body.ToArray();
    private static readonly byte[] Tags = SampleStream.ReadBytes("audio-only.flv")[..4_000];

    private readonly LeakCheckingPool _memory = new();
    private readonly PayloadBuilder _payload;

    public HostileInputTests() => _payload = new PayloadBuilder(_memory.Pool);

    public void Dispose()
    {
        _payload.Dispose();
        _memory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void An_AVC_record_cut_off_or_damaged_anywhere() => Attack(AvcRecord, bytes =>
    {
        if (AvcConfiguration.TryParse(bytes, out AvcConfiguration? configuration))
        {
            Assert.InRange(configuration.Sequence.Width, 1, ushort.MaxValue);
            Assert.InRange(configuration.Sequence.Height, 1, ushort.MaxValue);
            Assert.False(configuration.Sequence.FrameRate is <= 0 or double.NaN);
        }
    });

    [Fact]
    public void An_AAC_record_cut_off_or_damaged_anywhere() => Attack(AacRecord, bytes =>
    {
        if (AudioSpecificConfig.TryParse(bytes, out AudioSpecificConfig? config))
        {
            Assert.InRange(config.SampleRate, 1, (1 << 24) - 1);
            Assert.InRange(config.OutputSampleRate, 1, (1 << 24) - 1);
            Assert.InRange(config.Channels, 0, 99);
        }
    });

    [Theory]
    [InlineData("hevc-open-gop")]
    [InlineData("hevc-444-high-tier")]
    public void An_HEVC_record_cut_off_or_damaged_anywhere(string fixture) => Attack(CodecFixture.Read(fixture).Record, bytes =>
    {
        if (HevcConfiguration.TryParse(bytes, out HevcConfiguration? configuration))
        {
            Assert.InRange(configuration.Sequence.Width, 1, ushort.MaxValue);
            Assert.InRange(configuration.Sequence.Height, 1, ushort.MaxValue);
            Assert.InRange(configuration.Sequence.SubLayers, 1, 7);
            Assert.False(configuration.Sequence.FrameRate is <= 0 or double.NaN);
            Assert.Matches("^hvc1\\.[ABC]?[0-9]{1,2}\\.[0-9A-F]{1,8}\\.[LH][0-9]{1,3}(\\.[0-9A-F]{1,2}){0,6}$", configuration.CodecString);
        }
    });

    [Theory]
    [InlineData("av1-svt")]
    [InlineData("av1-rav1e")]
    public void An_AV1_record_cut_off_or_damaged_anywhere(string fixture) => Attack(CodecFixture.Read(fixture).Record, bytes =>
    {
        if (Av1Configuration.TryParse(bytes, out Av1Configuration? configuration))
        {
            Assert.InRange(configuration.Sequence.Width, 1, 1 << 16);
            Assert.InRange(configuration.Sequence.Height, 1, 1 << 16);
            Assert.Matches(
                "^av01\\.[012]\\.[0-9]{2}[MH]\\.(08|10|12)(\\.[01]\\.[01][01][0-3]\\.[0-9]{2,3}\\.[0-9]{2,3}\\.[0-9]{2,3}\\.[01])?$", configuration.CodecString);
        }
    });

    [Fact]
    public void A_VP9_record_cut_off_or_damaged_anywhere() => Attack(CodecFixture.Read("vp9").Record, bytes =>
    {
        if (Vp9Configuration.TryParse(bytes, out Vp9Configuration? configuration))
        {
            Assert.StartsWith($"vp09.0{configuration.Profile}.", configuration.CodecString, StringComparison.Ordinal);
        }
    });

    [Fact]
    public void An_Opus_header_cut_off_or_damaged_anywhere() => Attack(Wire.Hex("4F70757348656164 01 06 3801 80BB0000 0000 01 04 02 000401020305"), bytes =>
    {
        if (OpusConfiguration.TryParse(bytes, out OpusConfiguration? configuration))
        {
            Assert.InRange(configuration.Channels, 1, 255);
            Assert.Equal(configuration.MappingFamily == 0 ? 0 : configuration.Channels + 2, configuration.MappingTable.Length);
        }
    });

    [Fact]
    public void A_FLAC_header_cut_off_or_damaged_anywhere() => Attack(CodecFixture.Read("flac").Record[4..], bytes =>
    {
        if (FlacConfiguration.TryParse(bytes, out FlacConfiguration? configuration))
        {
            Assert.InRange(configuration.SampleRate, 1, (1 << 20) - 1);
            Assert.InRange(configuration.BitsPerSample, 4, 32);
            Assert.Equal(38, configuration.Block.Length);
        }
    });

    [Theory]
    [InlineData("opus", 5760)]
    [InlineData("flac", 65_536)]
    [InlineData("ac3", 1536)]
    [InlineData("eac3", 1_000_000)]
    [InlineData("mp3", 1152)]
    public void An_audio_frame_cut_off_or_damaged_anywhere(string fixture, int mostSamples) => Attack(CodecFixture.Read(fixture).Samples[0], bytes =>
    {
        Assert.InRange(OpusConfiguration.CountSamples(bytes), 0, 5760);
        Assert.InRange(FlacConfiguration.CountSamples(bytes), 0, 65_536);
        Assert.InRange(Eac3Configuration.CountSamples(bytes), 0, mostSamples);
        Assert.False(Ac3Configuration.TryParse(bytes, out Ac3Configuration? ac3) && (ac3.Channels is < 1 or > 6 || ac3.BitRateCode > 18));
        Assert.False(Mp3Frame.TryParse(bytes, out Mp3Frame mp3) && (mp3.SampleRate < 8_000 || mp3.BitRate > 320_000));
    });

    [Theory]
    [InlineData("avc-inband")]
    [InlineData("hevc-hdr-layers")]
    [InlineData("av1-svt")]
    [InlineData("av1-rav1e")]
    [InlineData("vp9-profile3")]
    public void A_sample_of_any_codec_cut_off_or_damaged_anywhere_and_the_record_made_of_it(string name)
    {
        CodecFixture fixture = CodecFixture.Read(name);
        var bitstream = new VideoBitstream(CodecFixture.CodecOf(name));
        Attack(fixture.Samples[0], bytes =>
        {
            Assert.True(bitstream.TryConfigure(fixture.Record));
            _payload.Clear();
            _payload.Append(bytes);
            bool isWhole = bitstream.TryClassify(_payload.Fragments, 0, out VideoSample sample);
            Assert.False(!isWhole && sample != default);
            Assert.False(sample.IsDisposable && (sample.IsRandomAccess || sample.HasParameterSets));
            if (bitstream.TryTakeInBandChange(_payload.Fragments, 0, out byte[]? record))
            {
                Assert.True(new VideoBitstream(bitstream.Codec).TryConfigure(record));
                Assert.False(bitstream.TryTakeInBandChange(_payload.Fragments, 0, out _));
            }
        });
    }

    [Fact]
    public void A_sample_cut_off_or_damaged_anywhere() => Attack(Sample, bytes =>
    {
        _payload.Clear();
        _payload.Append(bytes);
        for (int lengthSize = 1; lengthSize <= 4; lengthSize++)
        {
            bool isWhole = AvcSample.TryClassify(_payload.Fragments, 5, lengthSize, out VideoSample sample);
            Assert.False(!isWhole && sample != default);
            Assert.False(sample is { IsRandomAccess: true, IsDisposable: true });
        }
    });

    [Fact]
    public void A_file_cut_off_or_damaged_anywhere() => Attack(Tags, bytes =>
    {
        var reader = new FlvReader();
        var rest = new ReadOnlySequence<byte>(bytes);
        long before = rest.Length;
        while (reader.Read(ref rest, out FlvTag tag) == OperationStatus.Done)
        {
            Assert.InRange(before - rest.Length, tag.Body.Length + 15, before);
            before = rest.Length;
        }
    });

    [Fact]
    public void An_HEVC_parameter_set_of_nothing_but_zeros_or_ones_of_any_length()
    {
        for (int length = 0; length < 5_000; length += 1 + (length / 8))
        {
            foreach (byte filler in new byte[] { 0x00, 0xFF, 0x80, 0x55, 0xAA })
            {
                bool isSet = HevcSequenceParameters.TryParse([0x42, 1, 1, .. Enumerable.Repeat(filler, length)], out HevcSequenceParameters? read);
                Assert.True(!isSet || (read!.Width > 0 && read.Height > 0));
                _ = Av1SequenceHeader.TryParse([.. Enumerable.Repeat(filler, length)], out _);
            }
        }
    }

    [Fact]
    public void A_parameter_set_of_nothing_but_zeros_or_ones_of_any_length()
    {
        for (int length = 0; length < 5_000; length += 1 + (length / 8))
        {
            foreach (byte filler in new byte[] { 0x00, 0xFF, 0x80, 0x55, 0xAA })
            {
                byte[] set = [.. Enumerable.Repeat(filler, length)];
                foreach (byte profile in new byte[] { 66, 100, 244 })
                {
                    bool isSet = AvcSequenceParameters.TryParse([0x67, profile, 0, 31, .. set], out AvcSequenceParameters? read);
                    Assert.True(!isSet || (read!.Width > 0 && read.Height > 0));
                }
            }
        }
    }

    // Every prefix, every flipped bit of the beginning, then seeded damage.
    private static void Attack(byte[] good, Action<byte[]> parse)
    {
        for (int length = 0; length <= Math.Min(good.Length, 1_000); length++)
        {
            parse(good[..length]);
        }

        for (int bit = 0; bit < 8 * Math.Min(good.Length, 200); bit++)
        {
            byte[] flipped = [.. good];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            parse(flipped);
        }

        Random random = RandomNumbers.Seeded();
        for (int round = 0; round < Rounds; round++)
        {
            byte[] damaged = good[..random.Next(good.Length + 1)];
            for (int i = random.Next(1, 20); i > 0 && damaged.Length > 0; i--)
            {
                damaged[random.Next(damaged.Length)] = (byte)(random.Next(4) switch { 0 => 0, 1 => 0xFF, _ => random.Next(256) });
            }

            parse(damaged);
        }
    }
}

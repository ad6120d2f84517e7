using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Codecs;

public sealed class VideoBitstreamTests : IDisposable
{
    private readonly TestPayload _payload = new();

    public static TheoryData<string> Fixtures =>
    [
        "avc-inband", "hevc-open-gop", "hevc-hdr-layers", "hevc-444-high-tier",
        "av1-svt", "av1-aom", "av1-aom-monochrome", "av1-rav1e", "vp9", "vp9-profile3",
    ];

    public void Dispose() => _payload.Dispose();

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Samples_are_what_ffmpeg_reads_in_their_bitstream_however_they_are_cut(string name)
    {
        CodecFixture fixture = CodecFixture.Read(name);
        foreach (Func<int, int[]> cut in (Func<int, int[]>[])[_ => [], length => [length / 2], length => [2, 6, 7, 8, length + 4]])
        {
            VideoBitstream bitstream = Configure(name, fixture.Record);
            var letters = new List<string>();
            foreach (byte[] sample in fixture.Samples)
            {
                Assert.True(bitstream.TryClassify(_payload.Put(sample, cut(sample.Length)), TestPayload.DataOffset, out VideoSample read));
                letters.Add(Letter(read));
            }

            Assert.Equal(string.Join(' ', fixture.Letters.Take(letters.Count)), string.Join(' ', letters));
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Sets_that_are_repeated_are_no_change_and_looking_at_samples_allocates_nothing(string name)
    {
        CodecFixture fixture = CodecFixture.Read(name);
        VideoBitstream bitstream = Configure(name, fixture.Record);
        foreach (byte[] sample in fixture.Samples)
        {
            _payload.Put(sample, sample.Length / 3);
            bool isChange = false;
            long allocated = Allocations.Of(() =>
            {
                _ = bitstream.TryClassify(_payload.Fragments, TestPayload.DataOffset, out _);
                isChange |= bitstream.TryTakeInBandChange(_payload.Fragments, TestPayload.DataOffset, out _);
            });

            Assert.Equal((0, false), (allocated, isChange));
        }
    }

    [Theory]
    [InlineData("avc-inband", "01640028FFE1001D67640028ACD940780227E5C05A808080A000007D20001D4C01E30632C001000668EBE3CB22C0FDF8F800")]
    [InlineData("hevc-hdr-layers", "hevc-open-gop")]
    [InlineData("av1-aom", "av1-svt")]
    [InlineData("av1-aom-monochrome", "av1-svt")]
    [InlineData("av1-rav1e", "av1-aom")]
    public void Other_sets_in_band_make_the_record_that_ffmpeg_writes_for_them_once(string name, string oldRecord)
    {
        CodecFixture fixture = CodecFixture.Read(name);
        VideoBitstream bitstream = Configure(name, oldRecord.Length > 30 ? Wire.Hex(oldRecord) : CodecFixture.Read(oldRecord).Record);
        var changes = new List<byte[]>();
        foreach (byte[] sample in fixture.Samples)
        {
            Assert.True(bitstream.TryClassify(_payload.Put(sample), TestPayload.DataOffset, out VideoSample read));
            if (bitstream.TryTakeInBandChange(_payload.Fragments, TestPayload.DataOffset, out byte[]? record))
            {
                Assert.True(read is { HasParameterSets: true, IsRandomAccess: true });
                changes.Add(record);
            }
        }

        Assert.Equal(Convert.ToHexString(WithoutHints(name, fixture.Record)), Convert.ToHexString(Assert.Single(changes)));
    }

    [Fact]
    public void An_AV1_track_whose_record_has_no_sequence_header_gets_it_from_the_first_sample()
    {
        CodecFixture fixture = CodecFixture.Read("av1-aom");
        var bitstream = new VideoBitstream(MediaCodec.Av1);

        Assert.False(bitstream.TryConfigure(fixture.Record.AsSpan(0, 4)));
        Assert.True(bitstream.IsReadable);
        Assert.True(bitstream.TryClassify(_payload.Put(fixture.Samples[1]), TestPayload.DataOffset, out VideoSample early));
        Assert.Equal(default, early);

        Assert.True(bitstream.TryClassify(_payload.Put(fixture.Samples[0]), TestPayload.DataOffset, out VideoSample first));
        Assert.True(first.IsRandomAccess);
        Assert.True(bitstream.TryTakeInBandChange(_payload.Fragments, TestPayload.DataOffset, out byte[]? record));
        Assert.Equal(fixture.Record, record);
    }

    [Fact]
    public void An_AV1_sequence_header_in_band_is_a_change_of_configuration_only_if_pictures_change()
    {
        CodecFixture fixture = CodecFixture.Read("av1-svt"); // the encoder's record announces other coding tools than its samples use
        VideoBitstream bitstream = Configure("av1", CodecFixture.Read("av1-aom").Record);

        Assert.True(bitstream.TryClassify(_payload.Put(fixture.Samples[0]), TestPayload.DataOffset, out _));
        Assert.True(bitstream.TryTakeInBandChange(_payload.Fragments, TestPayload.DataOffset, out byte[]? record));
        Assert.True(Av1Configuration.TryParse(record, out Av1Configuration? changed));
        Assert.Equal(10, changed.Sequence.BitDepth);
        Assert.NotEqual(fixture.Record, record);

        Assert.True(bitstream.TryConfigure(fixture.Record));
        Assert.True(bitstream.TryClassify(_payload.Put(fixture.Samples[0]), TestPayload.DataOffset, out _));
        Assert.False(bitstream.TryTakeInBandChange(_payload.Fragments, TestPayload.DataOffset, out _));
    }

    [Fact]
    public void An_AV1_key_frame_without_a_sequence_header_of_its_own_is_random_access_while_the_record_has_it()
    {
        CodecFixture fixture = CodecFixture.Read("av1-aom");
        int sequenceHeaderBytes = 2 + fixture.Samples[0][1];
        byte[] bare = fixture.Samples[0][sequenceHeaderBytes..];
        VideoBitstream bitstream = Configure("av1", fixture.Record);

        Assert.True(bitstream.TryClassify(_payload.Put(bare), TestPayload.DataOffset, out VideoSample sample));
        Assert.Equal(new VideoSample(IsRandomAccess: true, IsDisposable: false, HasParameterSets: false), sample);
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void A_sample_cut_off_anywhere_is_malformed_but_between_two_units(string name)
    {
        CodecFixture fixture = CodecFixture.Read(name);
        byte[] sample = fixture.Samples.OrderBy(candidate => Math.Abs(candidate.Length - 500)).First();
        for (int length = 0; length < sample.Length; length++)
        {
            VideoBitstream bitstream = Configure(name, fixture.Record);
            bool isWhole = bitstream.TryClassify(_payload.Put(sample.AsSpan(0, length)), TestPayload.DataOffset, out VideoSample read);

            Assert.Equal(IsWhole(name, sample, length), isWhole);
            Assert.True(isWhole || read == default);
            _ = bitstream.TryTakeInBandChange(_payload.Fragments, TestPayload.DataOffset, out _);
        }
    }

    [Theory]
    [InlineData(MediaCodec.Avc, false)]
    [InlineData(MediaCodec.Hevc, false)]
    [InlineData(MediaCodec.Av1, true)]
    [InlineData(MediaCodec.Vp8, true)]
    [InlineData(MediaCodec.Vp9, true)]
    [InlineData(MediaCodec.Unknown, false)]
    public void Without_configuration_only_those_codecs_are_read_that_need_none(MediaCodec codec, bool isReadable)
    {
        var bitstream = new VideoBitstream(codec);

        Assert.Equal(isReadable, bitstream.IsReadable);
        Assert.False(bitstream.TryConfigure([]));
        Assert.Equal(isReadable, bitstream.IsReadable);
        Assert.False(bitstream.TryClassify([], 5, out _));
        Assert.False(bitstream.TryTakeInBandChange([], 5, out _));
    }

    [Fact]
    public void A_configuration_that_is_not_understood_leaves_none_in_force()
    {
        VideoBitstream bitstream = Configure("hevc", CodecFixture.Read("hevc-open-gop").Record);

        Assert.False(bitstream.TryConfigure([1, 2, 3]));
        Assert.False(bitstream.IsReadable);
    }

    [Theory]
    [InlineData("A key frame's tag and start code", "1001009D012A4A004200", true)]
    [InlineData("a frame between", "3102003456", false)]
    public void A_VP8_sample_says_in_its_first_bit_whether_it_is_a_key_frame(string what, string hex, bool isKey)
    {
        Assert.True(new VideoBitstream(MediaCodec.Vp8).TryClassify(_payload.Put(Wire.Hex(hex)), TestPayload.DataOffset, out VideoSample sample), what);
        Assert.Equal(new VideoSample(isKey, IsDisposable: false, HasParameterSets: false), sample);
    }

    [Theory]
    [InlineData(MediaCodec.Vp8, "")]
    [InlineData(MediaCodec.Vp8, "1001")]
    [InlineData(MediaCodec.Vp8, "100100")]
    [InlineData(MediaCodec.Vp8, "1001009D012B")]
    [InlineData(MediaCodec.Vp9, "")]
    [InlineData(MediaCodec.Vp9, "00")]
    [InlineData(MediaCodec.Vp9, "C2498342")]
    [InlineData(MediaCodec.Vp9, "82")]
    [InlineData(MediaCodec.Vp9, "82498343")]
    [InlineData(MediaCodec.Vp9, "B1498342")] // profile 3: not aligned
    public void What_does_not_begin_like_a_VP8_or_VP9_frame_is_malformed(MediaCodec codec, string hex)
    {
        Assert.False(new VideoBitstream(codec).TryClassify(_payload.Put(Wire.Hex(hex)), TestPayload.DataOffset, out VideoSample sample));
        Assert.Equal(default, sample);
    }

    [Theory]
    [InlineData("82498342", true)]
    [InlineData("A2498342", true)] // profile 1
    [InlineData("8349834200", true)] // error resilient
    [InlineData("B124C1A100", true)] // profile 3: the sync code begins one bit later
    [InlineData("86", false)]
    [InlineData("88", false)] // shows an existing frame
    [InlineData("B4", false)] // profile 3 shows an existing frame
    [InlineData("B200", false)] // profile 3, not a key frame
    public void A_VP9_key_frame_is_found_in_each_profile(string hex, bool isKey)
    {
        Assert.True(new VideoBitstream(MediaCodec.Vp9).TryClassify(_payload.Put(Wire.Hex(hex)), TestPayload.DataOffset, out VideoSample sample));
        Assert.Equal(new VideoSample(isKey, IsDisposable: false, HasParameterSets: false), sample);
    }

    private static VideoBitstream Configure(string name, byte[] record)
    {
        var bitstream = new VideoBitstream(CodecFixture.CodecOf(name));
        Assert.True(bitstream.TryConfigure(record));
        Assert.True(bitstream.IsReadable);
        return bitstream;
    }

    private static string Letter(VideoSample sample)
    {
        char letter = sample.IsRandomAccess ? 'K' : sample.IsDisposable ? 'd' : 'r';
        return sample.HasParameterSets ? $"{char.ToUpperInvariant(letter)}+" : letter.ToString();
    }

    // What ffmpeg writes in an hvcC box beside parameter sets: how pictures are divided and how fast they come, which nobody needs.
    private static byte[] WithoutHints(string name, byte[] record)
    {
        if (CodecFixture.CodecOf(name) == MediaCodec.Hevc)
        {
            byte[] bare = [.. record];
            (bare[13], bare[14], bare[15], bare[19], bare[20]) = (0xF0, 0, 0xFC, 0, 0);
            return bare;
        }

        return record;
    }

    private static bool IsWhole(string name, byte[] sample, int length)
    {
        MediaCodec codec = CodecFixture.CodecOf(name);
        if (codec == MediaCodec.Vp9)
        {
            return length > 0; // the fixture's sample is not a key frame
        }

        int at = 0;
        while (at < length)
        {
            if (codec == MediaCodec.Av1)
            {
                int sizeBytes = sample[at + 1] < 0x80 ? 1 : 2; // enough for a sample of this size; no unit has an extension
                at += 1 + sizeBytes + (sizeBytes == 1 ? sample[at + 1] : (sample[at + 1] & 0x7F) | (sample[at + 2] << 7));
            }
            else
            {
                at += 4 + ((sample[at] << 24) | (sample[at + 1] << 16) | (sample[at + 2] << 8) | sample[at + 3]);
            }
        }

        return at == length;
    }
}

using System.Diagnostics.CodeAnalysis;
using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Codecs;

public sealed class InBandSetsTests : IDisposable
{
    private const string Sps = "6742C00CD901419F9F011000000300100000030320F142A480"; // 320x180
    private const string OtherSps = "67640020ACD9405005BB0110000003001000000780F1831960"; // 1280x720, the same identifier
    private const string Pps = "68CB83CB20";
    private const string OtherPps = "68EBE3CB22C0";
    private const string SecondPps = "685BE3CB22C0"; // identifier 1
    private const string Idr = "65888400";
    private const string Inter = "419A0201";

    private readonly TestPayload _payload = new();
    private readonly VideoBitstream _bitstream = new(MediaCodec.Avc);

    public InBandSetsTests() => Assert.True(_bitstream.TryConfigure(Wire.Hex($"0142C00CFFE10019{Sps}010005{Pps}")));

    public void Dispose() => _payload.Dispose();

    [Fact]
    public void Another_set_takes_the_place_of_the_one_with_its_identifier()
    {
        AvcConfiguration changed = Take(OtherSps, Pps, Idr);

        Assert.Equal((1280, 720, 4), (changed.Sequence.Width, changed.Sequence.Height, changed.NalLengthSize));
        Assert.Equal(OtherSps, Hex(Assert.Single(changed.SequenceParameterSets)));
        Assert.Equal(Pps, Hex(Assert.Single(changed.PictureParameterSets)));
        Assert.Equal(Wire.Hex($"01640020FFE10019{OtherSps}010005{Pps} FDF8F800"), changed.Record.ToArray());
        Assert.Equal(OtherPps, Hex(Assert.Single(Take(OtherSps, OtherPps, Idr).PictureParameterSets)));
    }

    [Fact]
    public void A_set_with_a_new_identifier_joins_the_others()
    {
        AvcConfiguration changed = Take(Sps, SecondPps, Idr);

        Assert.Equal([Pps, SecondPps], changed.PictureParameterSets.Select(Hex));
        AssertNoChange(Sps, Pps, SecondPps, Idr);
        AssertNoChange(SecondPps, Idr);
    }

    [Fact]
    public void Sets_alone_before_a_key_frame_are_a_change() => Assert.Equal(1280, Take(OtherSps, OtherPps).Sequence.Width);

    [Fact]
    public void Sets_that_come_with_other_pictures_are_left_to_the_decoders_at_work()
    {
        AssertNoChange(OtherPps, Inter);

        Assert.Equal(OtherPps, Hex(Assert.Single(Take(OtherPps, "0606018480", Inter).PictureParameterSets))); // with a recovery point
    }

    [Theory]
    [InlineData("2742C00CD901419F9F011000000300100000030320F142A480")] // another nal_ref_idc
    [InlineData("6742C00CD901419F9F011000000300100000030320F142A480000000")] // what belonged to a start code
    public void The_same_set_in_another_guise_is_no_change(string set)
    {
        AssertNoChange(set, Pps, Idr);

        Assert.True(_bitstream.TryConfigure(Wire.Hex($"0142C00CFFE100{set.Length / 2:X2}{set}010005{Pps}")));
        AssertNoChange(Sps, Pps, Idr);
    }

    [Theory]
    [InlineData("67")]
    [InlineData("6742C00C")] // no identifier
    [InlineData("6742C00C80")] // nothing behind it
    [InlineData("68")]
    [InlineData("680000000001")]
    public void A_set_that_cannot_be_read_is_no_change(string set)
    {
        AssertNoChange(set, Idr);
        AssertNoChange(OtherSps, OtherPps, set, Idr);
        Assert.Equal(1280, Take(OtherSps, OtherPps, Idr).Sequence.Width);
    }

    [Fact]
    public void More_sets_than_a_record_or_a_sample_holds_are_no_change()
    {
        string[] sets = [.. Enumerable.Range(0, 257).Select(id => Convert.ToHexString(new BitWriter().Unsigned((uint)id, 0).ToNalUnit(0x68)))];

        AssertNoChange([.. sets[..65], Idr]);
        for (int first = 0; first < 192; first += 64)
        {
            Assert.Equal(first + 64, Take([.. sets[first..(first + 64)], Idr]).PictureParameterSets.Count);
        }

        Assert.Equal(255, Take([.. sets[192..255], Idr]).PictureParameterSets.Count);
        AssertNoChange(sets[255], Idr);
        AssertNoChange(sets[256], Idr);
    }

    [Fact]
    public void Sets_that_make_a_record_too_long_for_a_sequence_header_are_no_change()
    {
        string filler = new('5', 2 * 4_000);
        string[] sets = [.. Enumerable.Range(1, 17).Select(id => Convert.ToHexString(new BitWriter().Unsigned((uint)id, 0).ToNalUnit(0x68)) + filler)];

        AvcConfiguration changed = Take([.. sets[..16], Idr]);
        AssertNoChange(sets[16], Idr);

        Assert.InRange(changed.Record.Length, 16 * 4_000, ParameterSets.MaxRecordBytes);
    }

    [Fact]
    public void More_or_longer_sets_than_encoders_send_are_not_looked_through()
    {
        string longest = SecondPps + new string('5', 2 * (4_096 - 6));

        AssertNoChange([.. Enumerable.Repeat(Pps, 64), SecondPps, Idr]);
        AssertNoChange(longest + "55", Idr);

        Assert.Equal(2, Take([.. Enumerable.Repeat(Pps, 63), SecondPps, Idr]).PictureParameterSets.Count);
        Assert.Equal(longest, Hex(Take(longest, Idr).PictureParameterSets[1]));
    }

    [Fact]
    public void Of_two_sets_with_one_identifier_the_last_counts_each_time() => Assert.Equal(320, Take(OtherSps, OtherPps, Sps, Pps, OtherPps, Idr).Sequence.Width);

    [Fact]
    public void A_malformed_sample_is_no_change()
    {
        byte[] sample = [.. Sample(OtherSps, OtherPps, Idr), 0, 0];

        Assert.False(TryTake(_bitstream, _payload.Put(sample), out _));
    }

    [Fact]
    public void Sets_of_HEVC_are_taken_by_type_and_identifier_and_messages_of_the_record_stay()
    {
        byte[] record = CodecFixture.Read("hevc-open-gop").Record;
        Assert.True(HevcConfiguration.TryParse(record, out HevcConfiguration? old));
        byte[] message = Wire.Hex("4E01 8901 05 80");
        var bitstream = new VideoBitstream(MediaCodec.Hevc);
        Assert.True(bitstream.TryConfigure([.. record[..22], 4, .. record[23..], 39, 0, 1, 0, (byte)message.Length, .. message]));

        string sequenceSet = Convert.ToHexString(HevcSequence.Beginning(1, 93).WithSize(128, 96).Plain());
        string secondSet = Convert.ToHexString(HevcSequence.Beginning(1, 93, id: 1).WithSize(64, 48).Plain());
        _payload.Put(Sample("40010C11FF", sequenceSet, secondSet, "4401C1F2B4", "420A01", "2601AF"));

        Assert.True(TryTake(bitstream, _payload.Fragments, out byte[]? changed));
        Assert.True(HevcConfiguration.TryParse(changed, out HevcConfiguration? configuration));
        Assert.Equal((128, "hvc1.1.0.L93"), (configuration.Sequence.Width, configuration.CodecString));
        Assert.Equal("40010C11FF", Hex(Assert.Single(configuration.VideoParameterSets)));
        Assert.Equal([sequenceSet, secondSet], configuration.SequenceParameterSets.Select(Hex));
        Assert.Equal("4401C1F2B4", Hex(Assert.Single(configuration.PictureParameterSets)));
        Assert.EndsWith("A7000100064E0189010580", Convert.ToHexString(changed), StringComparison.Ordinal);
        Assert.False(TryTake(bitstream, _payload.Fragments, out _));
        Assert.NotEqual(old.CodecString, configuration.CodecString);
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexString(bytes.Span);

    private static byte[] Sample(params string[] units) =>
        [.. units.Select(Wire.Hex).SelectMany(unit => (byte[])[0, 0, (byte)(unit.Length >> 8), (byte)unit.Length, .. unit])];

    /// <summary>Looks at a sample as a publish session does.</summary>
    private static bool TryTake(VideoBitstream bitstream, ReadOnlySpan<FrameFragment> sample, [NotNullWhen(true)] out byte[]? record)
    {
        _ = bitstream.TryClassify(sample, TestPayload.DataOffset, out _);
        return bitstream.TryTakeInBandChange(sample, TestPayload.DataOffset, out record);
    }

    private AvcConfiguration Take(params string[] units)
    {
        byte[] sample = Sample(units);
        Assert.True(TryTake(_bitstream, _payload.Put(sample, 12, 30), out byte[]? record));
        Assert.True(AvcConfiguration.TryParse(record, out AvcConfiguration? changed));
        AssertNoChange(units);
        return changed;
    }

    private void AssertNoChange(params string[] units) =>
        Assert.False(TryTake(_bitstream, _payload.Put(Sample(units)), out _));
}

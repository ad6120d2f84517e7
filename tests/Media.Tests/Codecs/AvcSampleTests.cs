using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Codecs;

public class AvcSampleTests : IDisposable
{
    private const string Delimiter = "0910";
    private const string Idr = "65888400";
    private const string Reference = "419A0201";
    private const string NonReference = "019E0301";
    private const string Sequence = "6742C00C";
    private const string Picture = "68CB83CB";
    private const string RecoveryAtOnce = "0606018480"; // recovery_frame_cnt 0
    private const string RecoveryLater = "06060216A080"; // after 21 frames, as in intra refresh

    private readonly LeakCheckingPool _memory = new();

    public void Dispose()
    {
        _memory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("IDR", true, false, false, Idr)]
    [InlineData("IDR with its sets", true, false, true, Delimiter, Sequence, Picture, Idr)]
    [InlineData("P", false, false, false, Delimiter, Reference)]
    [InlineData("two slices", false, false, false, Reference, Reference)]
    [InlineData("b", false, true, false, Delimiter, NonReference, NonReference)]
    [InlineData("reference in one slice only", false, false, false, NonReference, Reference)]
    [InlineData("b that carries a parameter set", false, false, true, Picture, NonReference)]
    [InlineData("recovery point", true, false, false, RecoveryAtOnce, Reference)]
    [InlineData("recovery point behind other messages", true, false, false, "06 0503010203 0601 84 80", Reference)]
    [InlineData("recovery point in a second unit", true, false, false, "0605010180", RecoveryAtOnce, Reference)]
    [InlineData("recovery in the future", false, false, false, RecoveryLater, Reference)]
    [InlineData("empty recovery point", false, false, false, "06060080", Reference)]
    [InlineData("parameter sets alone", false, false, true, Sequence, Picture)]
    [InlineData("recovery point without a picture", false, false, false, RecoveryAtOnce)]
    [InlineData("delimiter alone", false, false, false, Delimiter)]
    [InlineData("end of sequence behind", true, false, false, Idr, "0A")]
    public void A_sample_is_what_its_bitstream_says_with_lengths_of_any_size_and_cut_anywhere(
        string name, bool isRandomAccess, bool isDisposable, bool hasParameterSets, params string[] nalUnits)
    {
        var expected = new VideoSample(isRandomAccess, isDisposable, hasParameterSets);
        foreach (int lengthSize in new[] { 1, 2, 4 })
        {
            byte[] payload = [.. new byte[5], .. Sample(lengthSize, nalUnits)];
            for (int cut = 0; cut < payload.Length; cut++)
            {
                Assert.True(Classify(payload, lengthSize, out VideoSample sample, cut), name);
                Assert.Equal(expected, sample);
            }

            int[] cuts = [.. Enumerable.Range(1, Math.Min(6, payload.Length - 1))]; // seven pieces: not yet gathered
            Assert.True(Classify(payload, lengthSize, out VideoSample scattered, cuts));
            Assert.Equal(expected, scattered);
        }
    }

    [Fact]
    public void Type_and_size_of_a_message_may_take_several_bytes()
    {
        string user = "06" + "FF2D" + "FF02" + string.Concat(Enumerable.Repeat("AB", 257)) + "06018480"; // type 300 with 257 bytes, then ours

        Assert.True(Classify([.. new byte[5], .. Sample(4, user, Reference)], 4, out VideoSample sample));
        Assert.True(sample.IsRandomAccess);
    }

    [Fact]
    public void Emulation_prevention_does_not_count_as_a_message_s_bytes()
    {
        string message = "06" + "0504000003000003" + "06018480"; // four bytes 00 00 00 00: each second pair is followed by a 3

        Assert.True(Classify([.. new byte[5], .. Sample(4, message, Reference)], 4, out VideoSample sample));
        Assert.True(sample.IsRandomAccess);
    }

    [Theory]
    [InlineData("06")]
    [InlineData("06FF")]
    [InlineData("06FFFFFFFFFFFF")]
    [InlineData("0605")]
    [InlineData("0605FF")]
    [InlineData("0605FFFFFFFFFF")]
    [InlineData("06050901")]
    [InlineData("0606")]
    [InlineData("060601")]
    [InlineData("0606010000030000")]
    public void A_broken_message_is_no_recovery_point_and_spoils_nothing(string message)
    {
        Assert.True(Classify([.. new byte[5], .. Sample(4, message, NonReference)], 4, out VideoSample sample));
        Assert.Equal(new VideoSample(IsRandomAccess: false, IsDisposable: true, HasParameterSets: false), sample);
    }

    [Theory]
    [InlineData("00000005 65888400")] // one byte past the end
    [InlineData("FFFFFFFF 65888400")]
    [InlineData("80000000 65888400")]
    [InlineData("00000004 65888400 00")] // a rest too short for a length
    [InlineData("00000004 65888400 0000")]
    [InlineData("00000004 65888400 00000001")]
    [InlineData("000000")]
    public void Lengths_that_do_not_add_up_are_reported(string hex)
    {
        Assert.False(Classify([.. new byte[5], .. Wire.Hex(hex)], 4, out VideoSample sample));
        Assert.Equal(default, sample);
    }

    [Fact]
    public void A_payload_shorter_than_its_header_is_reported()
    {
        Assert.False(Classify([1, 2, 3, 4], 4, out _));
        Assert.True(Classify([1, 2, 3, 4, 5], 4, out VideoSample empty));
        Assert.Equal(default, empty);
        Assert.False(AvcSample.TryClassify([], 5, 4, out _));
    }

    [Fact]
    public void Empty_units_are_passed_over_and_endless_runs_of_them_reported()
    {
        Assert.True(Classify([.. new byte[5], .. Sample(4, "", "", Idr, "")], 4, out VideoSample sample));
        Assert.True(sample.IsRandomAccess);

        Assert.True(Classify([.. new byte[5], .. new byte[NalUnitReader.MaxUnits]], 1, out _));
        Assert.False(Classify([.. new byte[5], .. new byte[NalUnitReader.MaxUnits + 1]], 1, out _));
    }

    [Fact]
    public void Classifying_allocates_nothing()
    {
        byte[] bytes = [.. new byte[5], .. Sample(4, Delimiter, Sequence, RecoveryAtOnce, Reference)];
        using var payload = new PayloadBuilder(_memory.Pool);
        using (var received = new SlabSequence(_memory.Pool, bytes, 3, 9, 20))
        {
            payload.Append(received.Sequence);
        }

        Assert.Equal(0, Allocations.Of(() => Assert.True(AvcSample.TryClassify(payload.Fragments, 5, 4, out _))));
    }

    private static byte[] Sample(int lengthSize, params string[] nalUnits) =>
    [
        .. nalUnits.Select(Wire.Hex).SelectMany(
            unit => (byte[])[.. Enumerable.Range(1, lengthSize).Select(i => (byte)(unit.Length >> (8 * (lengthSize - i)))), .. unit]),
    ];

    private bool Classify(byte[] bytes, int lengthSize, out VideoSample sample, params ReadOnlySpan<int> cuts)
    {
        using var payload = new PayloadBuilder(_memory.Pool);
        using var received = new SlabSequence(_memory.Pool, bytes, cuts);
        payload.Append(received.Sequence);
        return AvcSample.TryClassify(payload.Fragments, 5, lengthSize, out sample);
    }
}

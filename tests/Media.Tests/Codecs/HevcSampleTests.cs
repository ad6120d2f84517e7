using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Codecs;

public sealed class HevcSampleTests : IDisposable
{
    private const string Delimiter = "460110";
    private const string Video = "40010C";
    private const string Sequence = "420101";
    private const string Picture = "4401C1";
    private const string Reference = "0201D0"; // TRAIL_R
    private const string NonReference = "0001D0"; // TRAIL_N
    private const string RecoveryAtOnce = "4E01 0601C0 80";
    private const string RecoveryLater = "4E01 060140 80"; // se(v) 1
    private const string Suffix = "5001 840102 80";

    private readonly TestPayload _payload = new();

    public void Dispose() => _payload.Dispose();

    [Theory]
    [InlineData("BLA_W_LP", true, false, false, 0, "2001AF")]
    [InlineData("BLA_N_LP", true, false, false, 0, "2401AF")]
    [InlineData("IDR_W_RADL", true, false, false, 0, Delimiter, "2601AF")]
    [InlineData("IDR_N_LP with its sets", true, false, true, 0, Video, Sequence, Picture, "2801AF")]
    [InlineData("CRA", true, false, false, 0, "2A01AF", "2A01AF")]
    [InlineData("reserved IRAP", true, false, false, 0, "2E01AF")]
    [InlineData("P", false, false, false, 0, Delimiter, Reference)]
    [InlineData("b", false, true, false, 0, Delimiter, NonReference, NonReference, Suffix)]
    [InlineData("RADL_N", false, true, false, 0, "0C01AF")]
    [InlineData("RASL_N", false, true, false, 0, "1001AF")]
    [InlineData("RASL_R", false, false, false, 0, "1201AF")]
    [InlineData("RSV_VCL_N14", false, true, false, 0, "1C01AF")]
    [InlineData("reserved above 15 and not IRAP", false, false, false, 0, "3001AF")]
    [InlineData("lower sub-layer", false, false, false, 1, NonReference)]
    [InlineData("highest sub-layer", false, true, false, 1, "0002D0")]
    [InlineData("a reference within the highest sub-layer", false, false, false, 1, "0202D0")]
    [InlineData("reference in one slice only", false, false, false, 0, NonReference, Reference)]
    [InlineData("b that carries a parameter set", false, false, true, 0, Picture, NonReference)]
    [InlineData("recovery point", true, false, false, 0, RecoveryAtOnce, Reference)]
    [InlineData("recovery in the future", false, false, false, 0, RecoveryLater, Reference)]
    [InlineData("recovery point in a suffix", false, false, false, 0, Reference, "5001 0601C0 80")]
    [InlineData("parameter sets alone", false, false, true, 0, Video, Sequence, Picture)]
    [InlineData("delimiter alone", false, false, false, 0, Delimiter)]
    [InlineData("base layer b under another layer's IDR", false, true, false, 0, NonReference, "2609AF")]
    [InlineData("another layer's sets", false, true, false, 0, "4209AF", NonReference)]
    [InlineData("a unit of one byte", false, true, false, 0, "26", NonReference)]
    public void A_sample_is_what_its_bitstream_says_with_lengths_of_any_size(
        string name, bool isRandomAccess, bool isDisposable, bool hasParameterSets, int highestTemporalId, params string[] units)
    {
        foreach (int lengthSize in new[] { 1, 2, 4 })
        {
            byte[] sample = Sample(lengthSize, units);
            for (int cut = 0; cut < sample.Length; cut++)
            {
                Assert.True(HevcSample.TryClassify(_payload.Put(sample, cut), TestPayload.DataOffset, lengthSize, highestTemporalId, out VideoSample read), name);
                Assert.Equal(new VideoSample(isRandomAccess, isDisposable, hasParameterSets), read);
            }
        }
    }

    [Theory]
    [InlineData("00000004 2601AF")]
    [InlineData("FFFFFFFF 2601AF")]
    [InlineData("00000003 2601AF 00")]
    [InlineData("00000003 2601AF 00000001")]
    public void Lengths_that_do_not_add_up_are_reported(string hex)
    {
        Assert.False(HevcSample.TryClassify(_payload.Put(Wire.Hex(hex)), TestPayload.DataOffset, 4, 0, out VideoSample sample));
        Assert.Equal(default, sample);
    }

    [Fact]
    public void Endless_runs_of_empty_units_are_reported()
    {
        Assert.True(HevcSample.TryClassify(_payload.Put(new byte[NalUnitReader.MaxUnits]), TestPayload.DataOffset, 1, 0, out _));
        Assert.False(HevcSample.TryClassify(_payload.Put(new byte[NalUnitReader.MaxUnits + 1]), TestPayload.DataOffset, 1, 0, out _));
    }

    private static byte[] Sample(int lengthSize, params string[] units) =>
    [
        .. units.Select(Wire.Hex).SelectMany(
            unit => (byte[])[.. Enumerable.Range(1, lengthSize).Select(i => (byte)(unit.Length >> (8 * (lengthSize - i)))), .. unit]),
    ];
}

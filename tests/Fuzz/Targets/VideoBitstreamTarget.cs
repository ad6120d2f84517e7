using MediaServer.Media;

namespace MediaServer.Fuzz.Targets;

/// <summary>A codec's configuration and its samples: the same is seen however the bytes lie, and configuration in band can be read.</summary>
/// <param name="codec">Which.</param>
/// <param name="name">What it is called.</param>
/// <param name="seeds">Configuration first, then samples.</param>
internal sealed class VideoBitstreamTarget(MediaCodec codec, string name, params byte[][][] seeds) : FuzzTarget
{
    private readonly SlabCheck _slabs = new();

    public override string Name => name;

    public override IEnumerable<byte[]> Seeds => seeds.Select(seed => Records.Join(seed));

    public override IReadOnlyList<byte[]> Tokens =>
    [
        [0, 0, 0, 1], [0, 0, 3], [6, 6, 1, 0x80], [0x65], [0x67], [0x68], [0x26, 1], [0x2A, 1], [0x40, 1], [0x42, 1], [0x44, 1], [0x4E, 1, 6, 1, 0x80],
        [0x0A, 0x0B], [0x32], [0x12, 0], [0x1A], [0x82, 0x49, 0x83, 0x42], [0x9D, 1, 0x2A],
    ];

    public override int SmokeInputs => 10_000;

    public override long MaxAllocatedBytes(int inputBytes) => (1024 * 1024) + (512L * inputBytes); // mostly for the fragments that it makes

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        var bitstream = new VideoBitstream(codec); // gets its samples in one piece,
        var splitBitstream = new VideoBitstream(codec); // the other in several
        bool isFirst = true;
        foreach (byte[] record in Records.Split(input))
        {
            if (isFirst)
            {
                outcome.Add(bitstream.TryConfigure(record));
                Oracle.Same(bitstream.IsReadable, splitBitstream.TryConfigure(record) || splitBitstream.IsReadable, "readable");
                isFirst = false;
                continue;
            }

            using var payload = new Fragments(_slabs.Pool, record);
            Seen whole = Look(bitstream, payload.Whole);
            Seen split = Look(splitBitstream, payload.Split);
            Oracle.Same((whole.IsSample, whole.Sample, whole.Record is null), (split.IsSample, split.Sample, split.Record is null), "in one fragment, in several");
            Oracle.Holds((whole.Record ?? []).AsSpan().SequenceEqual(split.Record), "another configuration in one fragment than in several");
            outcome.Add(whole.IsSample);
            outcome.Add(whole.Sample.IsRandomAccess);
            outcome.Add(whole.Sample.IsDisposable);
            outcome.Add(whole.Sample.HasParameterSets);
            outcome.Add(whole.Record is not null);
        }

        _slabs.AssertAllReturned();
    }

    private Seen Look(VideoBitstream bitstream, FrameFragment[] payload)
    {
        bool isSample = bitstream.TryClassify(payload, 0, out VideoSample sample);
        Oracle.Holds(isSample || sample == default, "something is known of a malformed sample");
        Oracle.Holds(sample is not { IsRandomAccess: true, IsDisposable: true }, "a place to join at that can be left out");
        byte[]? record = null;
        if (isSample && sample.HasParameterSets && bitstream.TryTakeInBandChange(payload, 0, out record))
        {
            Oracle.Holds(new VideoBitstream(codec).TryConfigure(record), "a new configuration that cannot be read");
            Oracle.Holds(!bitstream.TryTakeInBandChange(payload, 0, out _), "repeated, it is a change again");
        }

        return new Seen(isSample, sample, record);
    }

    private readonly record struct Seen(bool IsSample, VideoSample Sample, byte[]? Record);
}

using MediaServer.Media;

namespace MediaServer.Fuzz.Targets;

/// <summary>A codec's configuration and its samples: the same is seen however the bytes lie, and configuration in band is news once.</summary>
/// <param name="codec">Which.</param>
/// <param name="name">What it is called.</param>
/// <param name="seeds">Configuration first, then samples.</param>
internal sealed class VideoBitstreamTarget(MediaCodec codec, string name, params byte[][][] seeds) : FuzzTarget
{
    private readonly SlabCheck _slabs = new();

    public override string Name => name;

    public override IEnumerable<byte[]> Seeds => seeds.Select(seed => Records.Join(seed));

    public override IReadOnlyList<byte[]> Tokens => [[0, 0, 0, 1], [0, 0, 3], [6, 6, 1, 0x80], [0x65], [0x67], [0x68], [0x26, 1], [0x40, 1], [0x42, 1], [0x44, 1], [0x0A, 0x0B], [0x32], [0x12, 0]];

    public override int SmokeInputs => 10_000;

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        var bitstream = new VideoBitstream(codec);
        bool isFirst = true;
        foreach (byte[] record in Records.Split(input))
        {
            if (isFirst)
            {
                outcome.Add(bitstream.TryConfigure(record));
                isFirst = false;
                continue;
            }

            using var payload = new Fragments(_slabs.Pool, record);
            Look(bitstream, payload, ref outcome);
        }

        _slabs.AssertAllReturned();
    }

    private void Look(VideoBitstream bitstream, Fragments payload, ref Fingerprint outcome)
    {
        bool isSample = bitstream.TryClassify(payload.Whole, 0, out VideoSample sample);
        bool isSplitSample = bitstream.TryClassify(payload.Split, 0, out VideoSample split);
        Oracle.Same((isSample, sample), (isSplitSample, split), "in one fragment, in several");
        Oracle.Holds(isSample || sample == default, "something is known of a malformed sample");
        Oracle.Holds(sample is not { IsRandomAccess: true, IsDisposable: true }, "a place to join at that can be left out");
        outcome.Add(isSample);
        outcome.Add(sample.IsRandomAccess);
        outcome.Add(sample.IsDisposable);
        outcome.Add(sample.HasParameterSets);
        if (!isSample || !sample.HasParameterSets)
        {
            return;
        }

        bool isChange = bitstream.TryTakeInBandChange(payload.Split, 0, out byte[]? record);
        outcome.Add(isChange);
        if (isChange)
        {
            Oracle.Holds(new VideoBitstream(codec).TryConfigure(record), "a new configuration that cannot be read");
            Oracle.Holds(!bitstream.TryTakeInBandChange(payload.Whole, 0, out _), "repeated, it is a change again");
        }
    }
}

using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Fuzz.Targets;

/// <summary>AudioSpecificConfigs: rates and channels that a sample entry can hold.</summary>
internal sealed class AudioSpecificConfigTarget : FuzzTarget
{
    public override string Name => "aac-configuration";

    public override IEnumerable<byte[]> Seeds =>
    [
        Wire.Hex("1210"), Wire.Hex("138856E5A54880"), Wire.Hex("2B920800"), Wire.Hex("EB098800"), Wire.Hex("1200"), Wire.Hex("13100000"),
        Wire.Hex("F8FE2000"), Wire.Hex("118004C80044002000C40C4C61766335392E33372E31303056E500"),
    ];

    public override IReadOnlyList<byte[]> Tokens => [[0x56, 0xE5], [0x54, 0x88], [0x0F, 0xFF, 0xFF, 0xFF], [0x2B, 0x7]];

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        bool isConfig = AudioSpecificConfig.TryParse(input, out AudioSpecificConfig? config);
        outcome.Add(isConfig);
        if (!isConfig)
        {
            return;
        }

        Oracle.Holds(config!.SampleRate is >= 1 and < 1 << 24 && config.OutputSampleRate is >= 1 and < 1 << 24, "no sample rate");
        Oracle.Holds(config.Channels is >= 0 and < 100, "no number of channels");
        Oracle.Holds(config.SamplesPerFrame is 1024 or 960 or 512 or 480, "no length of a frame");
        Oracle.Holds(config.ObjectType is >= 1 and < 96, "no object type");
        Oracle.Holds(config.CodecString.StartsWith("mp4a.40.", StringComparison.Ordinal), "no codec string");
        Oracle.Holds(config.Record.Span.SequenceEqual(input), "the record is not kept as it is");
        outcome.Add(config.CodecString);
        outcome.Add(config.Channels);
        outcome.Add(config.SamplesPerFrame);
        outcome.Add(config.IsHierarchical);
    }
}

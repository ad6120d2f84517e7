using System.Buffers;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Fuzz.Targets;

/// <summary>AVCDecoderConfigurationRecords: sizes a sample entry can hold, and parameter sets that make up the record.</summary>
internal sealed class AvcConfigurationTarget : FuzzTarget
{
    public override string Name => "avc-configuration";

    public override IEnumerable<byte[]> Seeds =>
    [
        Wire.Hex("01640028FFE1001D67640028ACD940780227E5C05A808080A000007D20001D4C01E30632C001000668EBE3CB22C0FDF8F800"),
        Wire.Hex("0164001EFFE1001A6764001EACD980A02FF970110000030001000003003C0F162D9A01000668E9784CB22CFDF8F800"),
        .. SampleStream.ReadTags("resolution-change.flv").Where(tag => tag.Kind == MediaKind.Video && tag.Body.FirstSpan[1] == 0).Select(tag => tag.Body.Slice(5).ToArray()),
    ];

    public override IReadOnlyList<byte[]> Tokens => [[0x67, 0x64, 0, 0x28], [0x68, 0xEB], [0xE1, 0, 4], [0, 0, 3], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0, 0, 0, 0, 0]];

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        bool isRecord = AvcConfiguration.TryParse(input, out AvcConfiguration? configuration);
        outcome.Add(isRecord);
        if (!isRecord)
        {
            return;
        }

        AvcSequenceParameters sequence = configuration!.Sequence;
        Oracle.Holds(configuration.NalLengthSize is 1 or 2 or 4, "a length of three bytes");
        Oracle.Holds(sequence.Width is >= 1 and <= ushort.MaxValue && sequence.Height is >= 1 and <= ushort.MaxValue, "a size that no sample entry holds");
        Oracle.Holds(sequence.FrameRate is null or (> 0 and <= 1000), "no frame rate");
        Oracle.Holds(configuration.CodecString.Length == 11, "no codec string");
        Oracle.Holds(configuration.Record.Span.SequenceEqual(input), "the record is not kept as it is");
        AssertSetsMakeUp(configuration, input);
        outcome.Add(configuration.SequenceParameterSets.Count);
        outcome.Add(configuration.PictureParameterSets.Count);
        outcome.Add(sequence.ChromaFormat);
        outcome.Add(sequence.IsInterlaced);
        outcome.Add(sequence.FrameRate is null);
        outcome.Add(sequence.Color.Transfer);
    }

    private static void AssertSetsMakeUp(AvcConfiguration configuration, byte[] record)
    {
        List<byte> rebuilt = [.. record.AsSpan(0, 6)];
        Append(rebuilt, configuration.SequenceParameterSets);
        rebuilt.Add((byte)configuration.PictureParameterSets.Count);
        Append(rebuilt, configuration.PictureParameterSets);
        Oracle.Holds(record.AsSpan().StartsWith(rebuilt.ToArray()), "the sets do not make up the record");
    }

    private static void Append(List<byte> record, IReadOnlyList<ReadOnlyMemory<byte>> sets)
    {
        foreach (ReadOnlyMemory<byte> set in sets)
        {
            record.AddRange([(byte)(set.Length >> 8), (byte)set.Length]);
            record.AddRange(set.Span);
        }
    }
}

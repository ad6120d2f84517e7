using MediaServer.Rtmp;

namespace MediaServer.Fuzz.Targets;

/// <summary>AMF0 values: what is read and written again is read as the same.</summary>
internal sealed class Amf0Target : FuzzTarget
{
    private static readonly AmfValue Sample = AmfValue.FromObject(
        new("number", 1.5), new("flag", true), new("text", "été"), new("nothing", AmfValue.Null), new("undefined", default),
        new("array", AmfValue.FromArray(1, "two", AmfValue.FromObject(new AmfProperty("x", 3)))),
        new("map", AmfValue.FromEcmaArray(new AmfProperty("duration", 0))), new("date", AmfValue.FromDate(1_000)));

    public override string Name => "amf0";

    public override IEnumerable<byte[]> Seeds =>
    [
        AmfComparison.Write(Sample),
        [.. AmfComparison.Write("onMetaData"), .. AmfComparison.Write(Sample)],
        [0x10, 0, 1, (byte)'T', 0, 1, (byte)'a', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9],
        [0x0C, 0, 0, 0, 3, 1, 2, 3, 0x0F, 0, 0, 0, 1, (byte)'x'],
        [.. Enumerable.Repeat<byte[]>([0x0A, 0, 0, 0, 1], 40).SelectMany(bytes => bytes), 5],
    ];

    public override IReadOnlyList<byte[]> Tokens => [[0, 0, 9], [0x0A, 0, 0, 0, 1], [3, 0, 1, (byte)'a'], [8, 0, 0, 0, 1], [2, 0, 1], [0x0C, 0, 0, 0, 1], [0x11], [7, 0, 0]];

    public override int SmokeInputs => 10_000;

    public override long MaxAllocatedBytes(int inputBytes) => (8 * 1024 * 1024) + (64L * inputBytes);

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        var reader = new Amf0Reader(input);
        int before = 0;
        while (reader.TryRead(out AmfValue value))
        {
            Oracle.Holds(reader.Consumed > before && reader.Consumed <= input.Length, "a value without bytes, or with more than there are");
            before = reader.Consumed;
            AmfComparison.AssertSurvivesWriting(value);
            outcome.Add((long)value.Kind);
            outcome.Add(value.Properties.Length);
            outcome.Add(value.Items.Length);
        }

        Oracle.Holds(reader.Consumed <= input.Length, "more was read than there is");
    }
}

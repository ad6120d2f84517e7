using MediaServer.Rtmp;

namespace MediaServer.Fuzz.Targets;

/// <summary>AMF3 values: the same where AMF0 switches to them, and what is read survives being written as AMF0.</summary>
internal sealed class Amf3Target : FuzzTarget
{
    private const byte SwitchMarker = 0x11;

    public override string Name => "amf3";

    public override IEnumerable<byte[]> Seeds =>
    [
        [0x00, 0x01, 0x02, 0x03],
        [0x04, 0x7F, 0x04, 0x81, 0x00, 0x04, 0xFF, 0xFF, 0xFF, 0xFF],
        [0x05, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0, 0x08, 0x01, 0x42, 0x74, 0, 0, 0, 0, 0, 0],
        [0x06, 0x09, .. "live"u8],
        [0x09, 0x07, 0x01, 0x04, 1, 0x06, 0x03, (byte)'x', 0x06, 0x00], // three items, the third refers to the second's text
        [0x09, 0x03, 0x05, .. "ab"u8, 0x04, 1, 0x01, 0x03], // a named value before the items
        [0x0A, 0x0B, 0x01, 0x07, .. "app"u8, 0x06, 0x09, .. "live"u8, 0x0B, .. "tcUrl"u8, 0x06, 0x02, 0x01], // dynamic
        [0x0A, 0x23, 0x01, 0x03, (byte)'a', 0x03, (byte)'b', 0x04, 1, 0x04, 2], // sealed
        [0x09, 0x05, 0x01, 0x0A, 0x23, 0x01, 0x03, (byte)'a', 0x03, (byte)'b', 0x04, 1, 0x04, 2, 0x0A, 0x01, 0x04, 3, 0x04, 4], // a class layout referred to
        [.. Enumerable.Repeat<byte[]>([0x09, 0x03, 0x01], 40).SelectMany(bytes => bytes), 0x01],
    ];

    public override IReadOnlyList<byte[]> Tokens => [[0x09, 0x03, 0x01], [0x0A, 0x0B, 0x01], [0x0A, 0x23, 0x01], [0x06, 0x00], [0x06, 0x02], [0x0A, 0x01], [0xFF, 0xFF, 0xFF, 0xFF], [0x0A, 0x07]];

    public override int SmokeInputs => 10_000;

    public override long MaxAllocatedBytes(int inputBytes) => (8 * 1024 * 1024) + (64L * inputBytes);

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        var reader = new Amf3Reader(input, depth: 0, values: 0);
        bool isValue = reader.TryRead(out AmfValue value);
        Oracle.Holds(reader.Consumed <= input.Length, "more was read than there is");
        outcome.Add(isValue);

        var switched = new Amf0Reader([SwitchMarker, .. input]);
        Oracle.Same(isValue, switched.TryRead(out AmfValue inAmf0), "alone, and where AMF0 switches to it");
        if (isValue)
        {
            Oracle.Same(reader.Consumed + 1, switched.Consumed, "bytes, alone and where AMF0 switches to it");
            Oracle.Holds(AmfComparison.AreSame(value, inAmf0), "another value where AMF0 switches to it");
            AmfComparison.AssertSurvivesWriting(value);
            outcome.Add((long)value.Kind);
            outcome.Add(value.Properties.Length);
            outcome.Add(value.Items.Length);
            outcome.Add(reader.Values);
        }
    }
}

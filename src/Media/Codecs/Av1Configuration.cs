using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>How to decode an AV1 track: an AV1CodecConfigurationRecord (AV1 in ISOBMFF §2.3), as enhanced RTMP's sequence header carries it.</summary>
public sealed class Av1Configuration
{
    private const byte Version1 = 0x81; // with the marker bit
    private const int FixedBytes = 4;

    private Av1Configuration(byte[] record, Av1SequenceHeader sequence)
    {
        Record = record;
        Sequence = sequence;
    }

    /// <summary>The record itself, a copy: what an <c>av1C</c> box holds.</summary>
    public ReadOnlyMemory<byte> Record { get; }

    /// <summary>The sequence header of the record; the record's own copy of some of its fields is not trusted.</summary>
    public Av1SequenceHeader Sequence { get; }

    /// <summary>
    /// The codec's name in playlists and for browsers (AV1 in ISOBMFF §5), such as <c>av01.0.04M.10</c>. Chroma and colour follow, all of
    /// them, only if one is not what a player assumes (4:2:0, BT.709, limited range).
    /// </summary>
    public string CodecString
    {
        get
        {
            VideoColor color = Sequence.Color;
            int chroma = (Sequence.IsSubsampledX ? 100 : 0) + (Sequence.IsSubsampledY ? 10 : 0) + Sequence.ChromaSamplePosition;
            string name = $"av01.{Sequence.Profile}.{Sequence.Level:D2}{(Sequence.IsHighTier ? 'H' : 'M')}.{Sequence.BitDepth:D2}";
            return chroma == 110 && !Sequence.IsMonochrome && color.IsCommon
                ? name
                : $"{name}.{(Sequence.IsMonochrome ? 1 : 0)}.{chroma:D3}.{color.Primaries:D2}.{color.Transfer:D2}.{color.Matrix:D2}.{(color.IsFullRange ? 1 : 0)}";
        }
    }

    /// <summary>Reads a record.</summary>
    /// <returns>Whether it is one with a sequence header that can be read. (A record may legally be without; then the first one comes in band.)</returns>
    public static bool TryParse(ReadOnlySpan<byte> record, [NotNullWhen(true)] out Av1Configuration? configuration)
    {
        configuration = null;
        if (record.Length < FixedBytes || record[0] != Version1)
        {
            return false;
        }

        var units = new ObuReader(new FragmentReader(record[FixedBytes..]));
        Av1SequenceHeader? sequence = null;
        while (sequence is null && units.TryRead(out Obu unit))
        {
            if (unit.Type == ObuReader.SequenceHeaderType)
            {
                FragmentReader payload = unit.Payload;
                _ = Av1SequenceHeader.TryParse(payload.ReadBytes(unit.PayloadBytes), out sequence);
            }
        }

        configuration = sequence is null ? null : new Av1Configuration(record.ToArray(), sequence);
        return configuration is not null;
    }

    /// <summary>The configuration that a sequence header makes.</summary>
    internal static Av1Configuration Create(Av1SequenceHeader sequence)
    {
        const byte HeaderWithSize = (ObuReader.SequenceHeaderType << 3) | 2;
        List<byte> record =
        [
            Version1,
            (byte)((sequence.Profile << 5) | sequence.Level),
            (byte)(Flag(sequence.IsHighTier, 7) | Flag(sequence.BitDepth > 8, 6) | Flag(sequence.BitDepth == 12, 5) | Flag(sequence.IsMonochrome, 4)
                | Flag(sequence.IsSubsampledX, 3) | Flag(sequence.IsSubsampledY, 2) | sequence.ChromaSamplePosition),
            0, // no initial presentation delay
            HeaderWithSize,
        ];
        int size = sequence.Payload.Length;
        for (; size >= 0x80; size >>= 7)
        {
            record.Add((byte)(size | 0x80)); // leb128
        }

        record.Add((byte)size);
        record.AddRange(sequence.Payload.Span);
        return new Av1Configuration([.. record], sequence);
    }

    private static int Flag(bool value, int bit) => value ? 1 << bit : 0;
}

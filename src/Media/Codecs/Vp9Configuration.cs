using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>How to decode a VP9 (or VP8) track: a VPCodecConfigurationRecord (VP Codec ISO Media File Format Binding 1.0).</summary>
public sealed class Vp9Configuration
{
    private const int RecordBytes = 8;
    private const int LowestLevel = 10;

    private Vp9Configuration(byte[] record) => Record = record;

    /// <summary>The record itself, a copy: what a <c>vpcC</c> box holds behind its version and flags.</summary>
    public ReadOnlyMemory<byte> Record { get; }

    /// <summary>The profile, 0 to 3.</summary>
    public byte Profile => Record.Span[0];

    /// <summary>Ten times the level, so 31 is level 3.1; 0 if it is not said.</summary>
    public byte Level => Record.Span[1];

    /// <summary>Bits of a sample: 8, 10 or 12.</summary>
    public int BitDepth => Record.Span[2] >> 4;

    /// <summary><c>chromaSubsampling</c>: 0 and 1 are 4:2:0 (vertical, colocated), 2 is 4:2:2, 3 is 4:4:4.</summary>
    public byte ChromaSubsampling => (byte)((Record.Span[2] >> 1) & 7);

    /// <summary>Colour.</summary>
    public VideoColor Color => new(Record.Span[3], Record.Span[4], Record.Span[5], (Record.Span[2] & 1) != 0);

    /// <summary>
    /// The codec's name in playlists and for browsers, such as <c>vp09.00.31.08</c>. Chroma and colour follow, all of them, only if one is
    /// not what a player assumes (4:2:0, BT.709, limited range). A level that is not said becomes the lowest, 10: players refuse 00.
    /// </summary>
    public string CodecString
    {
        get
        {
            VideoColor color = Color;
            string name = $"vp09.{Profile:D2}.{(Level == 0 ? LowestLevel : Level):D2}.{BitDepth:D2}";
            return ChromaSubsampling <= 1 && color.IsCommon
                ? name
                : $"{name}.{ChromaSubsampling:D2}.{color.Primaries:D2}.{color.Transfer:D2}.{color.Matrix:D2}.{(color.IsFullRange ? 1 : 0):D2}";
        }
    }

    /// <summary>Reads a record, with or without the 4 bytes of version and flags that precede it in a box: encoders differ.</summary>
    /// <returns>Whether it is one; what follows it (initialisation data, of which VP9 has none) is left out.</returns>
    public static bool TryParse(ReadOnlySpan<byte> record, [NotNullWhen(true)] out Vp9Configuration? configuration)
    {
        ReadOnlySpan<byte> boxHeader = [1, 0, 0, 0]; // taken as a record, this would have a bit depth of 0
        record = record.StartsWith(boxHeader) ? record[boxHeader.Length..] : record;

        configuration = record.Length >= RecordBytes && record[0] <= 3 && record[2] >> 4 is 8 or 10 or 12
            ? new Vp9Configuration(record[..RecordBytes].ToArray())
            : null;
        return configuration is not null;
    }
}

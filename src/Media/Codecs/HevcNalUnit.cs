namespace MediaServer.Media;

/// <summary>The two header bytes of H.265 NAL units (H.265 §7.3.1.2, table 7-1).</summary>
internal static class HevcNalUnit
{
    public const int HeaderBytes = 2;
    public const int FirstRandomAccessType = 16; // BLA_W_LP
    public const int LastRandomAccessType = 23; // BLA, IDR, CRA, and two that are reserved for more
    public const int LastSliceType = 31;
    public const int VideoParametersType = 32;
    public const int SequenceParametersType = 33;
    public const int PictureParametersType = 34;
    public const int PrefixSupplementalType = 39;

    /// <summary><c>nal_unit_type</c>.</summary>
    public static int TypeOf(byte first) => (first >> 1) & 0x3F;

    /// <summary><c>nuh_layer_id</c>: 0 is the base layer, which is all that most decoders look at.</summary>
    public static int LayerOf(byte first, byte second) => ((first & 1) << 5) | (second >> 3);

    /// <summary><c>TemporalId</c>; −1 where the header is illegal.</summary>
    public static int TemporalIdOf(byte second) => (second & 7) - 1;

    /// <summary>Whether a slice's type says that no picture of the same temporal sub-layer refers to it: the even ones below 16.</summary>
    public static bool IsSubLayerNonReference(int type) => type < FirstRandomAccessType && type % 2 == 0;

    /// <summary>The identifier of a video, sequence or picture parameter set; −1 if it cannot be read.</summary>
    public static int ReadSetId(ReadOnlySpan<byte> set)
    {
        const int Enough = 16; // a header and the longest code of a number up to 63, with emulation prevention
        if (set.Length <= HeaderBytes)
        {
            return -1;
        }

        if (TypeOf(set[0]) == SequenceParametersType)
        {
            return HevcSequenceParameters.TryParse(set, out HevcSequenceParameters? sequence) ? sequence.Id : -1;
        }

        Span<byte> plain = stackalloc byte[Enough];
        set = set[..Math.Min(set.Length, Enough)];
        var bits = new BitReader(plain[..AvcNalUnit.RemoveEmulationPrevention(set, plain)]);
        bits.Skip(8 * HeaderBytes);
        uint id = TypeOf(set[0]) == VideoParametersType ? bits.ReadBits(4) : bits.ReadUnsignedExpGolomb();
        return bits.HasFailed || id > 63 ? -1 : (int)id;
    }
}

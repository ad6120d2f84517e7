namespace MediaServer.Media.Tests.Codecs;

/// <summary>Writes sequence parameter sets of H.265 (§7.3.2.2), part by part.</summary>
internal static class HevcSequence
{
    private const byte Header = 33 << 1;

    /// <summary>Up to the identifier. Of sub-layers above the lowest, the first says all of itself, the others nothing.</summary>
    public static BitWriter Beginning(
        uint profile, uint level, uint space = 0, bool isHighTier = false, uint compatibility = 0, ulong constraints = 0, uint subLayersAbove = 0, uint id = 0)
    {
        BitWriter bits = new BitWriter().Bits(8, 1).Bits(4, 0).Bits(3, subLayersAbove).Flag(true) // second header byte, then the set
            .Bits(2, space).Flag(isHighTier).Bits(5, profile).Bits(32, compatibility)
            .Bits(16, (uint)(constraints >> 32)).Bits(32, (uint)constraints).Bits(8, level);
        if (subLayersAbove > 0)
        {
            for (int i = 0; i < 8; i++)
            {
                bits.Bits(2, i == 0 ? 3u : 0);
            }

            for (int i = 0; i < 96; i += 8)
            {
                bits.Bits(8, 0xA5);
            }
        }

        return bits.Unsigned(id);
    }

    public static BitWriter WithSize(this BitWriter bits, uint width, uint height, uint chroma = 1, uint[]? cropping = null, uint moreBits = 0)
    {
        bits.Unsigned(chroma);
        if (chroma == 3)
        {
            bits.Flag(false);
        }

        bits.Unsigned(width, height).Flag(cropping is not null).Unsigned(cropping ?? []);
        return bits.Unsigned(moreBits, moreBits);
    }

    /// <summary>Up to the flag for lists: order, buffering, blocks.</summary>
    public static BitWriter WithBlocks(this BitWriter bits, int subLayersAbove = 0)
    {
        bits.Unsigned(4).Flag(true);
        for (int i = 0; i <= subLayersAbove; i++)
        {
            bits.Unsigned(4, 2, 0);
        }

        return bits.Unsigned(0, 3, 0, 3, 1, 1);
    }

    /// <summary>From behind the lists: tools, no PCM; what follows is the number of reference picture sets.</summary>
    public static BitWriter WithTools(this BitWriter bits) => bits.Flag(true).Flag(true).Flag(false);

    /// <summary>From behind the reference picture sets to the flag for usability information, which is to be written.</summary>
    public static BitWriter WithEnd(this BitWriter bits) => bits.Flag(false).Flag(true).Flag(true);

    /// <summary>All that is left, as short as it can be, and the unit.</summary>
    public static byte[] Plain(this BitWriter bits, int subLayersAbove = 0) =>
        bits.WithBlocks(subLayersAbove).Flag(false).WithTools().Unsigned(0).WithEnd().Flag(false).Flag(false).ToSet();

    public static byte[] ToSet(this BitWriter bits) => bits.ToNalUnit(Header);
}

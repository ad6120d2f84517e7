namespace MediaServer.Media;

/// <summary>The first byte and the bytes of H.264 NAL units (H.264 §7.3.1).</summary>
internal static class AvcNalUnit
{
    public const int FirstSliceType = 1;
    public const int IdrSliceType = 5;
    public const int SupplementalType = 6;
    public const int SequenceParametersType = 7;
    public const int PictureParametersType = 8;

    /// <summary><c>nal_unit_type</c>.</summary>
    public static int TypeOf(byte header) => header & 0x1F;

    /// <summary>Whether <c>nal_ref_idc</c> says that other pictures refer to it.</summary>
    public static bool IsReference(byte header) => (header & 0x60) != 0;

    /// <summary>The identifier of a sequence or picture parameter set, which begins with it but for three bytes of a sequence's; −1 if it is cut off.</summary>
    public static int ReadSetId(ReadOnlySpan<byte> set)
    {
        const int Enough = 16; // a header, three bytes, and the longest code of a number up to 255, with emulation prevention
        if (set.IsEmpty)
        {
            return -1;
        }

        Span<byte> plain = stackalloc byte[Enough];
        set = set[..Math.Min(set.Length, Enough)];
        var bits = new BitReader(plain[..RemoveEmulationPrevention(set, plain)]);
        bits.Skip(TypeOf(set[0]) == SequenceParametersType ? 32 : 8);
        uint id = bits.ReadUnsignedExpGolomb();
        return bits.HasFailed || id > byte.MaxValue ? -1 : (int)id;
    }

    /// <summary>Copies a NAL unit without its <c>emulation_prevention_three_byte</c>s.</summary>
    /// <param name="nalUnit">The unit.</param>
    /// <param name="destination">At least as long as the unit.</param>
    /// <returns>How many bytes were written.</returns>
    public static int RemoveEmulationPrevention(ReadOnlySpan<byte> nalUnit, Span<byte> destination)
    {
        int written = 0;
        int zeros = 0;
        foreach (byte value in nalUnit)
        {
            if (zeros >= 2 && value == 3)
            {
                zeros = 0;
                continue;
            }

            zeros = value == 0 ? zeros + 1 : 0;
            destination[written++] = value;
        }

        return written;
    }
}

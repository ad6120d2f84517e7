namespace MediaServer.Media;

/// <summary>Compares parameter sets that come in band with those of the configuration in force, and merges new ones in.</summary>
internal static class ParameterSets
{
    /// <summary>The identifier of a parameter set, −1 if it cannot be read. A set replaces the one of the same type with the same identifier.</summary>
    public delegate int IdReader(ReadOnlySpan<byte> set);

    /// <summary>Whether a set is among those known. Allocates nothing.</summary>
    /// <param name="known">NAL units of one type.</param>
    /// <param name="unit">The set, a NAL unit of that type.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="headerBytes">Bytes of the NAL unit's header, which are not compared: encoders differ in <c>nal_ref_idc</c>.</param>
    public static bool Contains(IReadOnlyList<ReadOnlyMemory<byte>> known, FragmentReader unit, int length, int headerBytes)
    {
        for (int i = 0; i < known.Count; i++)
        {
            if (IsSame(known[i].Span, unit, length, headerBytes))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Puts a set in the place of the one with its identifier, or behind the others.</summary>
    /// <returns>False when the set has no identifier that can be read.</returns>
    public static bool TryMerge(List<ReadOnlyMemory<byte>> sets, byte[] set, IdReader readId)
    {
        int id = readId(set);
        if (id < 0)
        {
            return false;
        }

        int place = sets.FindIndex(other => readId(other.Span) == id);
        if (place < 0)
        {
            sets.Add(set);
        }
        else
        {
            sets[place] = set;
        }

        return true;
    }

    // Zeros behind a NAL unit belong to the start code that followed it (H.264 and H.265 annex B): some encoders leave them there.
    private static bool IsSame(ReadOnlySpan<byte> known, FragmentReader unit, int length, int headerBytes)
    {
        known = known.TrimEnd((byte)0);
        if (length < known.Length)
        {
            return false;
        }

        for (int i = 0; i < length; i++)
        {
            byte value = unit.ReadByte();
            if (i >= headerBytes && value != (i < known.Length ? known[i] : 0))
            {
                return false;
            }
        }

        return true;
    }
}

using System.Buffers.Binary;

namespace MediaServer.Media;

/// <summary>Compares parameter sets that come in band with those of the configuration in force, and merges new ones in.</summary>
internal static class ParameterSets
{
    /// <summary>
    /// Bytes of a record that new sets are taken into: with the longest tag header before it, it is still a sequence header of 64 KiB, longer
    /// than which none is kept for newcomers.
    /// </summary>
    public const int MaxRecordBytes = (64 * 1024) - FlvMediaHeader.MaxLengthBytes;

    /// <summary>The identifier of a parameter set, −1 if it cannot be read. A set replaces the one of the same type with the same identifier.</summary>
    public delegate int IdReader(ReadOnlySpan<byte> set);

    /// <summary>Whether a set is among those known. Allocates nothing.</summary>
    /// <param name="known">NAL units of one type.</param>
    /// <param name="unit">The set, a NAL unit of that type.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="headerBytes">Bytes of the NAL unit's header, which are not compared: encoders differ in <c>nal_ref_idc</c>.</param>
    public static bool Contains(IReadOnlyList<ReadOnlyMemory<byte>> known, FragmentReader unit, int length, int headerBytes)
    {
        _ = unit.TrySkip(headerBytes);
        for (int i = 0; i < known.Count; i++)
        {
            if (known[i].Length >= headerBytes && unit.IsSame(known[i].Span[headerBytes..], length - headerBytes))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Puts each of some sets in the place of the one with its identifier, or behind the others. Reads every identifier once: those of H.265
    /// sequence parameter sets lie behind much else.
    /// </summary>
    /// <returns>False when a set has no identifier that can be read.</returns>
    public static bool TryMerge(List<ReadOnlyMemory<byte>> sets, List<byte[]> news, IdReader readId)
    {
        if (news.Count == 0)
        {
            return true;
        }

        List<int> ids = [.. sets.Select(set => readId(set.Span))];
        foreach (byte[] set in news)
        {
            int id = readId(set);
            if (id < 0)
            {
                return false;
            }

            int place = ids.IndexOf(id);
            if (place < 0)
            {
                ids.Add(id);
                sets.Add(set);
            }
            else
            {
                sets[place] = set;
            }
        }

        return true;
    }

    /// <summary>Reads sets as a configuration record has them: each behind its length of 16 bits.</summary>
    /// <param name="rest">Where the first length begins; afterwards what follows the last set.</param>
    /// <param name="count">How many are announced.</param>
    /// <param name="sets">Gets them; null if nobody needs them.</param>
    /// <returns>Whether all are there.</returns>
    public static bool TryRead(ref ReadOnlyMemory<byte> rest, int count, List<ReadOnlyMemory<byte>>? sets)
    {
        for (; count > 0; count--)
        {
            if (!BinaryPrimitives.TryReadUInt16BigEndian(rest.Span, out ushort length) || length > rest.Length - sizeof(ushort))
            {
                return false;
            }

            sets?.Add(rest.Slice(sizeof(ushort), length));
            rest = rest[(sizeof(ushort) + length)..];
        }

        return true;
    }

    /// <summary>Writes sets as a configuration record has them: each behind its length of 16 bits.</summary>
    /// <returns>Whether they fit.</returns>
    public static bool TryAddTo(List<byte> record, List<ReadOnlyMemory<byte>> sets)
    {
        foreach (ReadOnlyMemory<byte> set in sets)
        {
            if (set.Length > ushort.MaxValue)
            {
                return false;
            }

            record.AddRange([(byte)(set.Length >> 8), (byte)set.Length]);
            record.AddRange(set.Span);
        }

        return true;
    }
}

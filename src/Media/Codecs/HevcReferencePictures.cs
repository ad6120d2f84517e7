namespace MediaServer.Media;

/// <summary>The short-term reference picture sets of a sequence (H.265 §7.3.7), which must be read to find what lies behind them.</summary>
internal static class HevcReferencePictures
{
    private const int MaxSets = 64;
    private const int MaxPicturesEachWay = 16;

    /// <summary>Leaves out the number of sets and the sets.</summary>
    public static void SkipSets(ref BitReader bits)
    {
        int sets = bits.ReadUnsignedExpGolomb(MaxSets);
        Span<int> distances = stackalloc int[(2 * MaxPicturesEachWay) + 1]; // of the last set: negative ones, nearest first, then positive ones
        int count = 0;
        for (int i = 0; i < sets && !bits.HasFailed; i++)
        {
            count = i > 0 && bits.ReadFlag() ? ReadDerived(ref bits, distances, count) : ReadListed(ref bits, distances);
        }
    }

    private static int ReadListed(ref BitReader bits, scoped Span<int> distances)
    {
        int before = bits.ReadUnsignedExpGolomb(MaxPicturesEachWay);
        int after = bits.ReadUnsignedExpGolomb(MaxPicturesEachWay);
        int distance = 0;
        for (int i = 0; i < before + after; i++)
        {
            int step = 1 + bits.ReadUnsignedExpGolomb(short.MaxValue);
            bits.Skip(1); // used_by_curr_pic_flag
            distance = i == before ? step : distance + (i < before ? -step : step);
            distances[i] = distance;
        }

        return before + after;
    }

    // A set told by what it has of the one before it, moved by a distance; pictures that would come to distance 0 fall out (7-61, 7-62).
    private static int ReadDerived(ref BitReader bits, scoped Span<int> distances, int count)
    {
        bool isBackward = bits.ReadFlag();
        int move = 1 + bits.ReadUnsignedExpGolomb(short.MaxValue);
        move = isBackward ? -move : move;

        int kept = 0;
        for (int i = 0; i <= count; i++)
        {
            int distance = (i < count ? distances[i] : 0) + move;
            bool isKept = bits.ReadFlag() || bits.ReadFlag(); // used_by_curr_pic_flag, else use_delta_flag
            if (isKept && distance != 0)
            {
                distances[kept++] = distance;
            }
        }

        if (kept > 2 * MaxPicturesEachWay)
        {
            bits.Fail();
            return 0;
        }

        distances[..kept].Sort(static (a, b) => (a < 0, b < 0) switch
        {
            (true, true) => b.CompareTo(a),
            (false, false) => a.CompareTo(b),
            (true, false) => -1,
            (false, true) => 1,
        });
        return kept;
    }
}

using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>Takes parameter sets out of H.265 samples into a configuration; see <see cref="AvcInBandSets"/>.</summary>
internal static class HevcInBandSets
{
    /// <inheritdoc cref="AvcInBandSets.TryTake"/>
    public static bool TryTake(
        HevcConfiguration current,
        ReadOnlySpan<FrameFragment> payload,
        int dataOffset,
        bool isRandomAccess,
        [NotNullWhen(true)] out HevcConfiguration? changed)
    {
        changed = null;
        var sets = new InBandSets(HevcNalUnit.HeaderBytes);
        bool hasSlices = false;
        var units = new NalUnitReader(payload, dataOffset, current.NalLengthSize);
        while (units.TryRead(out FragmentReader unit, out int length))
        {
            if (length < HevcNalUnit.HeaderBytes)
            {
                continue;
            }

            FragmentReader header = unit;
            byte first = header.ReadByte();
            int type = HevcNalUnit.TypeOf(first);
            if (HevcNalUnit.LayerOf(first, header.ReadByte()) != 0)
            {
                continue;
            }

            hasSlices |= type <= HevcNalUnit.LastSliceType;
            IReadOnlyList<ReadOnlyMemory<byte>>? known = type switch
            {
                HevcNalUnit.VideoParametersType => current.VideoParameterSets,
                HevcNalUnit.SequenceParametersType => current.SequenceParameterSets,
                HevcNalUnit.PictureParametersType => current.PictureParameterSets,
                _ => null,
            };
            if (known is not null && !sets.TryLookAt(unit, length, known))
            {
                return false;
            }
        }

        return !units.IsMalformed
            && sets.News is { } news
            && (isRandomAccess || !hasSlices)
            && current.TryReplace(news, out changed);
    }
}

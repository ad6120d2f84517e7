using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>Takes parameter sets out of H.264 samples into a configuration.</summary>
internal static class AvcInBandSets
{
    /// <summary>Looks for sets in a sample that are not in the configuration. Allocates nothing when there are none.</summary>
    /// <param name="current">The configuration in force.</param>
    /// <param name="payload">As for <see cref="AvcSample.TryClassify"/>.</param>
    /// <param name="dataOffset">Likewise.</param>
    /// <param name="isRandomAccess">Whether decoding can begin at the sample, as it was classified.</param>
    /// <param name="changed">The configuration that has them.</param>
    /// <returns>
    /// Whether there are such sets, and they make sense. Sets that come with a picture which decoding cannot begin at are left alone: they
    /// are between the encoder and the decoders at work, and will be repeated where others can begin.
    /// </returns>
    public static bool TryTake(
        AvcConfiguration current,
        ReadOnlySpan<FrameFragment> payload,
        int dataOffset,
        bool isRandomAccess,
        [NotNullWhen(true)] out AvcConfiguration? changed)
    {
        changed = null;
        var sets = new InBandSets(headerBytes: 1);
        bool hasSlices = false;
        var units = new NalUnitReader(payload, dataOffset, current.NalLengthSize);
        while (units.TryRead(out FragmentReader unit, out int length))
        {
            FragmentReader header = unit;
            int type = AvcNalUnit.TypeOf(header.ReadByte());
            hasSlices |= type is >= AvcNalUnit.FirstSliceType and <= AvcNalUnit.IdrSliceType;
            IReadOnlyList<ReadOnlyMemory<byte>>? known = type switch
            {
                AvcNalUnit.SequenceParametersType => current.SequenceParameterSets,
                AvcNalUnit.PictureParametersType => current.PictureParameterSets,
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

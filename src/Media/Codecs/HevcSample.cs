namespace MediaServer.Media;

/// <summary>Looks into H.265 samples: a few bytes of each NAL unit (H.265 §7.3.1).</summary>
internal static class HevcSample
{
    /// <summary>Walks the NAL units of a sample where they lie. Those of layers above the base layer count for nothing.</summary>
    /// <param name="payload">The sample's bytes in order, as <see cref="PayloadBuilder.Fragments"/>; what precedes the sample too.</param>
    /// <param name="dataOffset">Bytes before the first NAL unit's length.</param>
    /// <param name="nalLengthSize">Bytes of each length, 1 to 4.</param>
    /// <param name="highestTemporalId">That of the sequence: pictures of a lower sub-layer may be referred to whatever their type says.</param>
    /// <param name="sample">What was found; of a malformed sample nothing.</param>
    /// <returns>Whether the lengths add up. Empty units are passed over; more than <see cref="NalUnitReader.MaxUnits"/> are malformed.</returns>
    public static bool TryClassify(
        ReadOnlySpan<FrameFragment> payload, int dataOffset, int nalLengthSize, int highestTemporalId, out VideoSample sample)
    {
        sample = default;
        bool hasSlices = false;
        bool isReference = false;
        bool isRandomAccess = false;
        bool hasParameterSets = false;
        var units = new NalUnitReader(payload, dataOffset, nalLengthSize);
        while (units.TryRead(out FragmentReader unit, out int length))
        {
            if (length < HevcNalUnit.HeaderBytes)
            {
                continue;
            }

            byte first = unit.ReadByte();
            byte second = unit.ReadByte();
            if (HevcNalUnit.LayerOf(first, second) != 0)
            {
                continue;
            }

            int type = HevcNalUnit.TypeOf(first);
            switch (type)
            {
                case <= HevcNalUnit.LastSliceType:
                    hasSlices = true;
                    isReference |= !HevcNalUnit.IsSubLayerNonReference(type) || HevcNalUnit.TemporalIdOf(second) < highestTemporalId;
                    isRandomAccess |= type is >= HevcNalUnit.FirstRandomAccessType and <= HevcNalUnit.LastRandomAccessType;
                    break;
                case >= HevcNalUnit.VideoParametersType and <= HevcNalUnit.PictureParametersType:
                    hasParameterSets = true;
                    break;
                case HevcNalUnit.PrefixSupplementalType:
                    isRandomAccess |= SupplementalReader.HasRecoveryPoint(unit, length - HevcNalUnit.HeaderBytes);
                    break;
            }
        }

        if (units.IsMalformed)
        {
            return false;
        }

        sample = VideoSample.OfNalUnits(hasSlices, isReference, isRandomAccess, hasParameterSets);
        return true;
    }
}

namespace MediaServer.Media;

/// <summary>Looks into H.264 samples: a few bytes of each NAL unit (H.264 §7.3.1).</summary>
internal static class AvcSample
{
    /// <summary>Walks the NAL units of a sample where they lie.</summary>
    /// <param name="payload">The sample's bytes in order, as <see cref="PayloadBuilder.Fragments"/>; what precedes the sample too.</param>
    /// <param name="dataOffset">Bytes before the first NAL unit's length: 5 in an FLV tag body.</param>
    /// <param name="nalLengthSize">Bytes of each length, 1 to 4.</param>
    /// <param name="sample">What was found; of a malformed sample nothing.</param>
    /// <returns>Whether the lengths add up. Empty units are passed over; more than <see cref="NalUnitReader.MaxUnits"/> are malformed.</returns>
    public static bool TryClassify(ReadOnlySpan<FrameFragment> payload, int dataOffset, int nalLengthSize, out VideoSample sample)
    {
        sample = default;
        bool hasSlices = false;
        bool isReference = false;
        bool isRandomAccess = false;
        bool hasParameterSets = false;
        var units = new NalUnitReader(payload, dataOffset, nalLengthSize);
        while (units.TryRead(out FragmentReader unit, out int length))
        {
            byte header = unit.ReadByte();
            switch (AvcNalUnit.TypeOf(header))
            {
                case >= AvcNalUnit.FirstSliceType and <= AvcNalUnit.IdrSliceType and int type:
                    hasSlices = true;
                    isReference |= AvcNalUnit.IsReference(header);
                    isRandomAccess |= type == AvcNalUnit.IdrSliceType;
                    break;
                case AvcNalUnit.SupplementalType:
                    isRandomAccess |= SupplementalReader.HasRecoveryPoint(unit, length - 1);
                    break;
                case AvcNalUnit.SequenceParametersType or AvcNalUnit.PictureParametersType:
                    hasParameterSets = true;
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

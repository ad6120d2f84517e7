namespace MediaServer.Media;

/// <summary>The beginning of an AV1 frame header (AV1 §5.9.2): what the frame is, and which reference slots it fills.</summary>
/// <param name="FrameType"><c>frame_type</c>: 0 is a key frame, 1 inter, 2 intra only, 3 switch. Of no meaning when a slot is shown.</param>
/// <param name="IsShown"><c>show_frame</c>, or a slot is shown.</param>
/// <param name="ShownSlot"><c>frame_to_show_map_idx</c>: the reference slot whose frame is shown instead of a new one; −1 if none.</param>
/// <param name="RefreshedSlots"><c>refresh_frame_flags</c>: a bit per reference slot that the frame is kept in.</param>
internal readonly record struct Av1FrameHeader(int FrameType, bool IsShown, int ShownSlot, byte RefreshedSlots)
{
    public const int Key = 0;
    private const int IntraOnly = 2;
    private const int Switch = 3;
    private const byte AllSlots = 0xFF;

    public bool IsShownKeyFrame => FrameType == Key && IsShown && ShownSlot < 0;

    /// <summary>Reads a frame header up to the reference slots.</summary>
    /// <param name="unit">A frame header unit, or a frame unit.</param>
    /// <param name="sequence">The sequence header in force.</param>
    /// <param name="header">What it says.</param>
    /// <returns>Whether it is all there.</returns>
    public static bool TryParse(in Obu unit, Av1SequenceHeader sequence, out Av1FrameHeader header)
    {
        const int Enough = 160; // with a removal time of 32 bits for each of 32 operating points
        Span<byte> beginning = stackalloc byte[Math.Min(Enough, unit.PayloadBytes)];
        FragmentReader payload = unit.Payload;
        payload.CopyTo(beginning);
        var bits = new BitReader(beginning);
        header = Read(ref bits, sequence, unit.TemporalId, unit.SpatialId);
        return !bits.HasFailed;
    }

    private static Av1FrameHeader Read(ref BitReader bits, Av1SequenceHeader sequence, int temporalId, int spatialId)
    {
        int frameType = Key;
        bool isShown = true;
        bool isErrorResilient = true;
        if (!sequence.IsReducedStillPicture)
        {
            if (bits.ReadFlag())
            {
                return new Av1FrameHeader(Key, true, ShownSlot: (int)bits.ReadBits(3), 0);
            }

            frameType = (int)bits.ReadBits(2);
            isShown = bits.ReadFlag();
            bits.Skip(isShown ? sequence.PresentationTimeBits : 1); // when, or showable_frame
            isErrorResilient = frameType == Switch || (frameType == Key && isShown) || bits.ReadFlag();
        }

        bits.Skip(1); // disable_cdf_update
        if (sequence.ScreenContentTools.IsSelected ? bits.ReadFlag() : sequence.ScreenContentTools.IsForced)
        {
            bits.Skip(sequence.IsIntegerMotionSelected ? 1 : 0);
        }

        bits.Skip(sequence.FrameIdBits);
        bits.Skip(frameType == Switch || sequence.IsReducedStillPicture ? 0 : 1); // frame_size_override_flag
        bits.Skip(sequence.OrderHintBits);
        bits.Skip(frameType is Key or IntraOnly || isErrorResilient ? 0 : 3); // primary_ref_frame
        if (sequence.RemovalTimeBits > 0 && bits.ReadFlag())
        {
            foreach (int layers in sequence.ModelledOperatingPoints)
            {
                bool isMember = layers == 0 || (((layers >> temporalId) & (layers >> (spatialId + 8)) & 1) != 0);
                bits.Skip(isMember ? sequence.RemovalTimeBits : 0);
            }
        }

        bool refreshesAll = frameType == Switch || (frameType == Key && isShown);
        return new Av1FrameHeader(frameType, isShown, -1, refreshesAll ? AllSlots : (byte)bits.ReadBits(8));
    }
}

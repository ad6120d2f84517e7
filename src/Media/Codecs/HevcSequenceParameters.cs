using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>What a sequence parameter set says of the pictures that follow (H.265 §7.3.2.2 and annex E).</summary>
public sealed record HevcSequenceParameters
{
    /// <summary>The longest parameter set that is read; real ones have some tens of bytes, with all scaling lists some thousand.</summary>
    private const int MaxLengthBytes = 4096;

    /// <summary><c>sps_seq_parameter_set_id</c>, 0 to 15.</summary>
    public int Id { get; private init; }

    /// <summary><c>general_profile_space</c>: 0, or 1 to 3 for what the specification does not define yet.</summary>
    public byte ProfileSpace { get; private init; }

    /// <summary><c>general_tier_flag</c>: whether bit rates are those of the High tier.</summary>
    public bool IsHighTier { get; private init; }

    /// <summary><c>general_profile_idc</c>: 1 is Main, 2 Main 10.</summary>
    public byte Profile { get; private init; }

    /// <summary><c>general_profile_compatibility_flag</c>s, that of profile 0 the highest bit.</summary>
    public uint CompatibilityFlags { get; private init; }

    /// <summary>The 48 bits of source and constraint flags, <c>general_progressive_source_flag</c> the highest.</summary>
    public ulong ConstraintFlags { get; private init; }

    /// <summary><c>general_level_idc</c>: thirty times the level, so 93 is level 3.1.</summary>
    public byte Level { get; private init; }

    /// <summary>Temporal sub-layers of the sequence, 1 to 7: <c>sps_max_sub_layers_minus1</c> + 1.</summary>
    public int SubLayers { get; private init; }

    /// <summary><c>sps_temporal_id_nesting_flag</c>: whether one can go to a higher sub-layer at any picture.</summary>
    public bool IsTemporalIdNested { get; private init; }

    /// <summary><c>chroma_format_idc</c>: 0 is monochrome, 1 is 4:2:0, 2 is 4:2:2, 3 is 4:4:4.</summary>
    public int ChromaFormat { get; private init; }

    /// <summary>Bits of a luma sample, 8 to 16.</summary>
    public int LumaBitDepth { get; private init; }

    /// <summary>Bits of a chroma sample, 8 to 16.</summary>
    public int ChromaBitDepth { get; private init; }

    /// <summary>Width in luma samples, after cropping.</summary>
    public int Width { get; private init; }

    /// <summary>Height of a picture in luma samples, after cropping.</summary>
    public int Height { get; private init; }

    /// <summary>Frames a second as the encoder states it; null if it states nothing, or nothing to be believed.</summary>
    public double? FrameRate { get; private init; }

    /// <summary>Colour, <see cref="VideoColor.Unspecified"/> if nothing is said.</summary>
    public VideoColor Color { get; private init; } = VideoColor.Unspecified;

    /// <summary>Reads a sequence parameter set.</summary>
    /// <param name="nalUnit">The NAL unit with its two header bytes, emulation prevention included.</param>
    /// <param name="parameters">What it says. Usability information that ends early counts as absent.</param>
    /// <returns>Whether it is one, of the base layer.</returns>
    public static bool TryParse(ReadOnlySpan<byte> nalUnit, [NotNullWhen(true)] out HevcSequenceParameters? parameters)
    {
        const int ShortestLengthBytes = 16;
        parameters = null;
        if (nalUnit.Length is < ShortestLengthBytes or > MaxLengthBytes
            || HevcNalUnit.TypeOf(nalUnit[0]) != HevcNalUnit.SequenceParametersType || HevcNalUnit.LayerOf(nalUnit[0], nalUnit[1]) != 0)
        {
            return false;
        }

        Span<byte> plain = stackalloc byte[nalUnit.Length];
        plain = plain[..AvcNalUnit.RemoveEmulationPrevention(nalUnit, plain)];
        var bits = new BitReader(plain[HevcNalUnit.HeaderBytes..]);
        HevcSequenceParameters read = ReadProfile(ref bits);
        if (!TryReadSize(ref bits, ref read))
        {
            return false;
        }

        SkipCodingTools(ref bits, read.SubLayers);
        if (bits.HasFailed)
        {
            return false;
        }

        parameters = bits.ReadFlag() ? ReadUsability(ref bits, read) : read;
        return true;
    }

    private static HevcSequenceParameters ReadProfile(ref BitReader bits) // profile_tier_level, §7.3.3
    {
        const int MaxSubLayers = 7;
        bits.Skip(4); // sps_video_parameter_set_id
        int above = (int)bits.ReadBits(3); // sub-layers above the lowest
        var read = new HevcSequenceParameters
        {
            SubLayers = above + 1,
            IsTemporalIdNested = bits.ReadFlag(),
            ProfileSpace = (byte)bits.ReadBits(2),
            IsHighTier = bits.ReadFlag(),
            Profile = (byte)bits.ReadBits(5),
            CompatibilityFlags = bits.ReadBits(32),
            ConstraintFlags = ((ulong)bits.ReadBits(32) << 16) | bits.ReadBits(16),
            Level = (byte)bits.ReadBits(8),
        };

        int behind = 0; // bits of what the sub-layers say of themselves
        for (int i = 0; i < above; i++)
        {
            behind += (bits.ReadFlag() ? 88 : 0) + (bits.ReadFlag() ? 8 : 0);
        }

        bits.Skip((above > 0 ? 2 * (MaxSubLayers + 1 - above) : 0) + behind);
        if (read.SubLayers > MaxSubLayers)
        {
            bits.Fail();
        }

        return read;
    }

    private static bool TryReadSize(ref BitReader bits, ref HevcSequenceParameters read)
    {
        const int MaxSide = ushort.MaxValue; // the fields of a sample entry have 16 bits
        int id = bits.ReadUnsignedExpGolomb(15);
        int chromaFormat = bits.ReadUnsignedExpGolomb(3);
        bool hasSeparatePlanes = chromaFormat == 3 && bits.ReadFlag();
        long width = bits.ReadUnsignedExpGolomb();
        long height = bits.ReadUnsignedExpGolomb();
        if (bits.ReadFlag()) // conformance_window_flag
        {
            int unitX = chromaFormat is 1 or 2 ? 2 : 1;
            int unitY = chromaFormat == 1 ? 2 : 1;
            width -= unitX * ((long)bits.ReadUnsignedExpGolomb() + bits.ReadUnsignedExpGolomb());
            height -= unitY * ((long)bits.ReadUnsignedExpGolomb() + bits.ReadUnsignedExpGolomb());
        }

        read = read with
        {
            Id = id,
            ChromaFormat = hasSeparatePlanes ? 0 : chromaFormat,
            Width = (int)Math.Clamp(width, 0, int.MaxValue),
            Height = (int)Math.Clamp(height, 0, int.MaxValue),
            LumaBitDepth = 8 + bits.ReadUnsignedExpGolomb(8),
            ChromaBitDepth = 8 + bits.ReadUnsignedExpGolomb(8),
        };
        return !bits.HasFailed && read.Width is >= 1 and <= MaxSide && read.Height is >= 1 and <= MaxSide;
    }

    private static void SkipCodingTools(ref BitReader bits, int subLayers)
    {
        int orderBits = 4 + bits.ReadUnsignedExpGolomb(12); // log2_max_pic_order_cnt_lsb_minus4
        for (int i = bits.ReadFlag() ? 0 : subLayers - 1; i < subLayers; i++)
        {
            bits.SkipExpGolomb(3); // buffering, reordering, latency
        }

        bits.SkipExpGolomb(6); // sizes of blocks, depths of transforms
        if (bits.ReadFlag() && bits.ReadFlag())
        {
            SkipScalingLists(ref bits);
        }

        bits.Skip(2); // amp_enabled_flag, sample_adaptive_offset_enabled_flag
        if (bits.ReadFlag()) // pcm_enabled_flag
        {
            bits.Skip(8);
            bits.SkipExpGolomb(2);
            bits.Skip(1);
        }

        HevcReferencePictures.SkipSets(ref bits);
        if (bits.ReadFlag()) // long_term_ref_pics_present_flag
        {
            bits.Skip(bits.ReadUnsignedExpGolomb(32) * (orderBits + 1));
        }

        bits.Skip(2); // sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
    }

    private static void SkipScalingLists(ref BitReader bits) // §7.3.4
    {
        for (int size = 0; size < 4; size++)
        {
            for (int matrix = 0; matrix < 6; matrix += size == 3 ? 3 : 1)
            {
                bool isWritten = bits.ReadFlag(); // else it is copied from another
                bits.SkipExpGolomb(isWritten ? Math.Min(64, 16 << (2 * size)) + (size > 1 ? 1 : 0) : 1);
            }
        }
    }

    private static HevcSequenceParameters ReadUsability(ref BitReader bits, HevcSequenceParameters read) // §E.2.1
    {
        const int ExtendedAspectRatio = 255;
        const double BelievableFrameRate = 1000;

        if (bits.ReadFlag() && bits.ReadBits(8) == ExtendedAspectRatio)
        {
            bits.Skip(32);
        }

        if (bits.ReadFlag())
        {
            bits.Skip(1); // overscan_appropriate_flag
        }

        VideoColor color = VideoColor.Unspecified;
        if (bits.ReadFlag())
        {
            bits.Skip(3); // video_format
            color = color with { IsFullRange = bits.ReadFlag() };
            if (bits.ReadFlag())
            {
                color = new VideoColor((byte)bits.ReadBits(8), (byte)bits.ReadBits(8), (byte)bits.ReadBits(8), color.IsFullRange);
            }
        }

        if (bits.ReadFlag())
        {
            bits.SkipExpGolomb(2); // where chroma samples lie
        }

        bits.Skip(1); // neutral_chroma_indication_flag
        int picturesPerFrame = bits.ReadFlag() ? 2 : 1; // field_seq_flag
        bits.Skip(1); // frame_field_info_present_flag
        if (bits.ReadFlag())
        {
            bits.SkipExpGolomb(4); // default display window, which players do not apply
        }

        double? frameRate = null;
        if (bits.ReadFlag())
        {
            double unitsInTick = bits.ReadBits(32);
            double ticksPerSecond = bits.ReadBits(32);
            frameRate = ticksPerSecond / unitsInTick / picturesPerFrame;
            frameRate = frameRate is > 0 and <= BelievableFrameRate ? frameRate : null;
        }

        return bits.HasFailed ? read : read with { Color = color, FrameRate = frameRate };
    }
}

using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>What a sequence parameter set says of the pictures that follow (H.264 §7.3.2.1.1 and annex E).</summary>
public sealed record AvcSequenceParameters
{
    /// <summary>The longest parameter set that is read; real ones have some tens of bytes, with all scaling lists some hundreds.</summary>
    private const int MaxLengthBytes = 4096;

    /// <summary><c>profile_idc</c>: 66 is Baseline, 77 Main, 100 High.</summary>
    public byte Profile { get; private init; }

    /// <summary>The byte of constraint flags behind <see cref="Profile"/>.</summary>
    public byte Compatibility { get; private init; }

    /// <summary><c>level_idc</c>: ten times the level, so 31 is level 3.1.</summary>
    public byte Level { get; private init; }

    /// <summary><c>seq_parameter_set_id</c>, 0 to 31.</summary>
    public int Id { get; private init; }

    /// <summary><c>chroma_format_idc</c>: 0 is monochrome, 1 is 4:2:0, 2 is 4:2:2, 3 is 4:4:4.</summary>
    public int ChromaFormat { get; private init; }

    /// <summary>Bits of a luma sample, 8 to 14.</summary>
    public int LumaBitDepth { get; private init; }

    /// <summary>Bits of a chroma sample, 8 to 14.</summary>
    public int ChromaBitDepth { get; private init; }

    /// <summary>Width in luma samples, after cropping.</summary>
    public int Width { get; private init; }

    /// <summary>Height of a frame in luma samples, after cropping.</summary>
    public int Height { get; private init; }

    /// <summary>Whether pictures may be coded as fields or with macroblocks of fields.</summary>
    public bool IsInterlaced { get; private init; }

    /// <summary>Frames a second as the encoder states it; null if it states nothing, or nothing to be believed.</summary>
    public double? FrameRate { get; private init; }

    /// <summary>Colour, <see cref="VideoColor.Unspecified"/> if nothing is said.</summary>
    public VideoColor Color { get; private init; } = VideoColor.Unspecified;

    /// <summary>Reads a sequence parameter set.</summary>
    /// <param name="nalUnit">The NAL unit with its first byte, emulation prevention included.</param>
    /// <param name="parameters">What it says. Usability information that ends early (some encoders cut it off) counts as absent.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(ReadOnlySpan<byte> nalUnit, [NotNullWhen(true)] out AvcSequenceParameters? parameters)
    {
        parameters = null;
        if (nalUnit.Length is < 4 or > MaxLengthBytes || AvcNalUnit.TypeOf(nalUnit[0]) != AvcNalUnit.SequenceParametersType)
        {
            return false;
        }

        Span<byte> plain = stackalloc byte[nalUnit.Length];
        plain = plain[..AvcNalUnit.RemoveEmulationPrevention(nalUnit, plain)];
        var bits = new BitReader(plain[1..]);
        var read = new AvcSequenceParameters
        {
            Profile = (byte)bits.ReadBits(8),
            Compatibility = (byte)bits.ReadBits(8),
            Level = (byte)bits.ReadBits(8),
            Id = bits.ReadUnsignedExpGolomb(31),
            ChromaFormat = 1,
            LumaBitDepth = 8,
            ChromaBitDepth = 8,
        };

        bool hasSeparatePlanes = false;
        if (HasChromaFields(read.Profile))
        {
            int chromaFormat = bits.ReadUnsignedExpGolomb(3);
            hasSeparatePlanes = chromaFormat == 3 && bits.ReadFlag();
            read = read with
            {
                ChromaFormat = chromaFormat,
                LumaBitDepth = 8 + bits.ReadUnsignedExpGolomb(6),
                ChromaBitDepth = 8 + bits.ReadUnsignedExpGolomb(6),
            };
            bits.Skip(1); // qpprime_y_zero_transform_bypass_flag
            SkipScalingMatrix(ref bits, chromaFormat);
        }

        SkipOrderOfPictures(ref bits);
        if (!TryReadSize(ref bits, hasSeparatePlanes ? 0 : read.ChromaFormat, ref read))
        {
            return false;
        }

        parameters = bits.ReadFlag() ? ReadUsability(ref bits, read) : read;
        return true;
    }

    private static bool HasChromaFields(byte profile) =>
        profile is 100 or 110 or 122 or 244 or 44 or 83 or 86 or 118 or 128 or 138 or 139 or 134 or 135;

    private static void SkipScalingMatrix(ref BitReader bits, int chromaFormat)
    {
        if (!bits.ReadFlag())
        {
            return;
        }

        int lists = chromaFormat == 3 ? 12 : 8;
        for (int list = 0; list < lists; list++)
        {
            if (bits.ReadFlag())
            {
                SkipScalingList(ref bits, list < 6 ? 16 : 64);
            }
        }
    }

    private static void SkipScalingList(ref BitReader bits, int size) // §7.3.2.1.1.1
    {
        int last = 8;
        int next = 8;
        for (int i = 0; i < size && next != 0; i++)
        {
            next = (last + (bits.ReadSignedExpGolomb() & 0xFF)) & 0xFF;
            last = next == 0 ? last : next;
        }
    }

    private static void SkipOrderOfPictures(ref BitReader bits)
    {
        bits.ReadUnsignedExpGolomb(12); // log2_max_frame_num_minus4
        int type = bits.ReadUnsignedExpGolomb(2);
        if (type == 0)
        {
            bits.ReadUnsignedExpGolomb(12); // log2_max_pic_order_cnt_lsb_minus4
        }
        else if (type == 1)
        {
            bits.Skip(1);
            bits.ReadSignedExpGolomb();
            bits.ReadSignedExpGolomb();
            int cycle = bits.ReadUnsignedExpGolomb(255);
            for (int i = 0; i < cycle; i++)
            {
                bits.ReadSignedExpGolomb();
            }
        }

        bits.ReadUnsignedExpGolomb(); // max_num_ref_frames
        bits.Skip(1); // gaps_in_frame_num_value_allowed_flag
    }

    private static bool TryReadSize(ref BitReader bits, int chromaArrayType, ref AvcSequenceParameters read)
    {
        const int MaxSide = ushort.MaxValue; // the fields of a sample entry have 16 bits
        long width = 16 * (bits.ReadUnsignedExpGolomb() + 1L);
        long height = 16 * (bits.ReadUnsignedExpGolomb() + 1L);
        bool isInterlaced = !bits.ReadFlag();
        if (isInterlaced)
        {
            height *= 2;
            bits.Skip(1); // mb_adaptive_frame_field_flag
        }

        bits.Skip(1); // direct_8x8_inference_flag
        if (bits.ReadFlag())
        {
            int unitX = chromaArrayType is 1 or 2 ? 2 : 1;
            int unitY = (chromaArrayType == 1 ? 2 : 1) * (isInterlaced ? 2 : 1);
            width -= unitX * ((long)bits.ReadUnsignedExpGolomb() + bits.ReadUnsignedExpGolomb());
            height -= unitY * ((long)bits.ReadUnsignedExpGolomb() + bits.ReadUnsignedExpGolomb());
        }

        if (bits.HasFailed || width is < 1 or > MaxSide || height is < 1 or > MaxSide)
        {
            return false;
        }

        read = read with { Width = (int)width, Height = (int)height, IsInterlaced = isInterlaced };
        return true;
    }

    private static AvcSequenceParameters ReadUsability(ref BitReader bits, AvcSequenceParameters read) // §E.1.1
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

        if (bits.ReadFlag()) // chroma_loc_info_present_flag
        {
            bits.ReadUnsignedExpGolomb();
            bits.ReadUnsignedExpGolomb();
        }

        double? frameRate = null;
        if (bits.ReadFlag())
        {
            double unitsInTick = bits.ReadBits(32);
            double ticksPerSecond = bits.ReadBits(32);
            frameRate = ticksPerSecond / unitsInTick / 2; // a tick is a field
            frameRate = frameRate is > 0 and <= BelievableFrameRate ? frameRate : null;
        }

        return bits.HasFailed ? read : read with { Color = color, FrameRate = frameRate };
    }
}

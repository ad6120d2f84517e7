using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>What a sequence header says of the frames that follow (AV1 §5.5).</summary>
public sealed class Av1SequenceHeader
{
    private readonly int[] _operatingPoints = new int[32];

    private Av1SequenceHeader(byte[] payload) => Payload = payload;

    /// <summary>The header as it came, a copy: the unit's payload, trailing bits included.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary><c>seq_profile</c>: 0 is Main, 1 High, 2 Professional.</summary>
    public byte Profile { get; private set; }

    /// <summary><c>seq_level_idx</c> of the first operating point: 8 is level 4.0, 31 means none.</summary>
    public byte Level { get; private set; }

    /// <summary><c>seq_tier</c> of the first operating point: whether bit rates are those of the High tier.</summary>
    public bool IsHighTier { get; private set; }

    /// <summary>Greatest width of a frame in luma samples, 1 to 65,536.</summary>
    public int Width { get; private set; }

    /// <summary>Greatest height of a frame in luma samples, 1 to 65,536.</summary>
    public int Height { get; private set; }

    /// <summary>Bits of a sample: 8, 10 or 12.</summary>
    public int BitDepth { get; private set; }

    /// <summary>Whether there is no chroma.</summary>
    public bool IsMonochrome { get; private set; }

    /// <summary>Whether chroma has half the width.</summary>
    public bool IsSubsampledX { get; private set; }

    /// <summary>Whether chroma has half the height.</summary>
    public bool IsSubsampledY { get; private set; }

    /// <summary><c>chroma_sample_position</c>: 1 is vertical, 2 colocated, 0 unknown.</summary>
    public byte ChromaSamplePosition { get; private set; }

    /// <summary>Colour, <see cref="VideoColor.Unspecified"/> if nothing is said.</summary>
    public VideoColor Color { get; private set; } = VideoColor.Unspecified;

    /// <summary>Frames a second as the encoder states it for equal intervals; null if it states nothing, or nothing to be believed.</summary>
    public double? FrameRate { get; private set; }

    /// <summary><c>reduced_still_picture_header</c>: every frame is a key frame that is shown.</summary>
    internal bool IsReducedStillPicture { get; private set; }

    /// <summary>Bits of <c>frame_presentation_time</c> in a frame header; 0 if there is none.</summary>
    internal int PresentationTimeBits { get; private set; }

    /// <summary>Bits of each <c>buffer_removal_time</c>; 0 if there is no decoder model.</summary>
    internal int RemovalTimeBits { get; private set; }

    /// <summary>Bits of a frame id; 0 if frames have none.</summary>
    internal int FrameIdBits { get; private set; }

    /// <summary>Bits of <c>order_hint</c>, 0 to 8.</summary>
    internal int OrderHintBits { get; private set; }

    /// <summary>Whether frames say if they use screen content tools, and if not, whether they all do.</summary>
    internal (bool IsSelected, bool IsForced) ScreenContentTools { get; private set; }

    /// <summary>Whether frames with screen content tools say if their motion vectors are whole numbers.</summary>
    internal bool IsIntegerMotionSelected { get; private set; }

    /// <summary><c>operating_point_idc</c> of those operating points that have a decoder model.</summary>
    internal ReadOnlySpan<int> ModelledOperatingPoints => _operatingPoints.AsSpan(0, ModelledCount);

    private int ModelledCount { get; set; }

    /// <summary>Reads the payload of a sequence header unit.</summary>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out Av1SequenceHeader? header)
    {
        const int MaxProfile = 2;
        var read = new Av1SequenceHeader(payload.ToArray());
        var bits = new BitReader(payload);
        read.Profile = (byte)bits.ReadBits(3);
        bits.Skip(1); // still_picture
        read.IsReducedStillPicture = bits.ReadFlag();
        if (read.IsReducedStillPicture)
        {
            read.Level = (byte)bits.ReadBits(5);
        }
        else
        {
            read.ReadTimingAndOperatingPoints(ref bits);
        }

        read.ReadSize(ref bits);
        read.ReadTools(ref bits);
        read.ReadColor(ref bits);
        header = bits.HasFailed || read.Profile > MaxProfile ? null : read;
        return header is not null;
    }

    /// <summary>Whether another header says the same of what a sample entry and a playlist tell: profile, level, size, samples and colour.</summary>
    internal bool HasSameFormat(Av1SequenceHeader other) =>
        (Profile, Level, IsHighTier, Width, Height) == (other.Profile, other.Level, other.IsHighTier, other.Width, other.Height)
        && (BitDepth, IsMonochrome, IsSubsampledX, IsSubsampledY) == (other.BitDepth, other.IsMonochrome, other.IsSubsampledX, other.IsSubsampledY)
        && (ChromaSamplePosition, Color) == (other.ChromaSamplePosition, other.Color);

    private void ReadTimingAndOperatingPoints(ref BitReader bits)
    {
        int delayBits = 0;
        if (bits.ReadFlag()) // timing_info_present_flag
        {
            bool isEqual = ReadTiming(ref bits);
            if (bits.ReadFlag()) // decoder_model_info_present_flag
            {
                delayBits = 1 + (int)bits.ReadBits(5);
                bits.Skip(32); // num_units_in_decoding_tick
                RemovalTimeBits = 1 + (int)bits.ReadBits(5);
                PresentationTimeBits = 1 + (int)bits.ReadBits(5);
                PresentationTimeBits = isEqual ? 0 : PresentationTimeBits;
            }
        }

        bool hasDisplayDelay = bits.ReadFlag();
        int count = 1 + (int)bits.ReadBits(5);
        for (int i = 0; i < count; i++)
        {
            int layers = (int)bits.ReadBits(12);
            byte level = (byte)bits.ReadBits(5);
            bool isHighTier = level > 7 && bits.ReadFlag();
            (Level, IsHighTier) = i == 0 ? (level, isHighTier) : (Level, IsHighTier);
            if (delayBits > 0 && bits.ReadFlag())
            {
                _operatingPoints[ModelledCount++] = layers;
                bits.Skip((2 * delayBits) + 1); // operating_parameters_info
            }

            if (hasDisplayDelay && bits.ReadFlag())
            {
                bits.Skip(4); // initial_display_delay_minus_1
            }
        }
    }

    private bool ReadTiming(ref BitReader bits)
    {
        const double BelievableFrameRate = 1000;
        double unitsInTick = bits.ReadBits(32);
        double ticksPerSecond = bits.ReadBits(32);
        bool isEqual = bits.ReadFlag();
        if (isEqual)
        {
            double ticksPerPicture = bits.ReadUnsignedExpGolomb() + 1.0; // uvlc()
            double frameRate = ticksPerSecond / unitsInTick / ticksPerPicture;
            FrameRate = frameRate is > 0 and <= BelievableFrameRate ? frameRate : null;
        }

        return isEqual;
    }

    private void ReadSize(ref BitReader bits)
    {
        int widthBits = 1 + (int)bits.ReadBits(4);
        int heightBits = 1 + (int)bits.ReadBits(4);
        Width = 1 + (int)bits.ReadBits(widthBits);
        Height = 1 + (int)bits.ReadBits(heightBits);
        if (!IsReducedStillPicture && bits.ReadFlag()) // frame_id_numbers_present_flag
        {
            int differenceBits = 2 + (int)bits.ReadBits(4);
            FrameIdBits = 1 + (int)bits.ReadBits(3) + differenceBits;
        }
    }

    private void ReadTools(ref BitReader bits)
    {
        bits.Skip(3); // superblocks, intra filters
        ScreenContentTools = (true, false);
        IsIntegerMotionSelected = true;
        if (!IsReducedStillPicture)
        {
            bits.Skip(4); // compounds, warped motion, dual filter
            bool hasOrderHint = bits.ReadFlag();
            bits.Skip(hasOrderHint ? 2 : 0);
            bool isSelected = bits.ReadFlag();
            bool isForced = !isSelected && bits.ReadFlag();
            ScreenContentTools = (isSelected, isForced);
            if (isSelected || isForced)
            {
                IsIntegerMotionSelected = bits.ReadFlag();
                bits.Skip(IsIntegerMotionSelected ? 0 : 1);
            }

            OrderHintBits = hasOrderHint ? 1 + (int)bits.ReadBits(3) : 0;
        }

        bits.Skip(3); // superresolution, filters
    }

    private void ReadColor(ref BitReader bits) // color_config, §5.5.2
    {
        bool isHigh = bits.ReadFlag();
        BitDepth = !isHigh ? 8 : Profile == 2 && bits.ReadFlag() ? 12 : 10;
        IsMonochrome = Profile != 1 && bits.ReadFlag();
        if (bits.ReadFlag()) // color_description_present_flag
        {
            Color = new VideoColor((byte)bits.ReadBits(8), (byte)bits.ReadBits(8), (byte)bits.ReadBits(8), IsFullRange: false);
        }

        (IsSubsampledX, IsSubsampledY) = (Profile, BitDepth) switch
        {
            (0, _) => (true, true),
            (1, _) => (false, false),
            (_, < 12) => (true, false),
            _ => (IsMonochrome, IsMonochrome),
        };
        if (!IsMonochrome && Color is { Primaries: 1, Transfer: 13, Matrix: 0 })
        {
            Color = Color with { IsFullRange = true }; // sRGB
            (IsSubsampledX, IsSubsampledY) = (false, false);
        }
        else
        {
            Color = Color with { IsFullRange = bits.ReadFlag() };
            if (!IsMonochrome && Profile == 2 && BitDepth == 12)
            {
                IsSubsampledX = bits.ReadFlag();
                IsSubsampledY = IsSubsampledX && bits.ReadFlag();
            }

            if (!IsMonochrome && IsSubsampledX && IsSubsampledY)
            {
                ChromaSamplePosition = (byte)bits.ReadBits(2);
            }
        }

        bits.Skip(IsMonochrome ? 1 : 2); // separate_uv_delta_q, film_grain_params_present
    }
}

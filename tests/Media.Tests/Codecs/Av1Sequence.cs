namespace MediaServer.Media.Tests.Codecs;

/// <summary>A sequence header of AV1 (§5.5) with every choice that a frame header depends on, and frame headers (§5.9.2) to go with it.</summary>
internal sealed class Av1Sequence
{
    public uint Profile { get; init; }

    public uint Level { get; init; } = 8;

    public uint Tier { get; init; }

    public bool IsReducedStillPicture { get; init; }

    public bool HasTiming { get; init; }

    public bool IsEqualInterval { get; init; }

    public bool HasDecoderModel { get; init; }

    public uint DelayBits { get; init; } = 10;

    public uint RemovalTimeBits { get; init; } = 20;

    public uint PresentationTimeBits { get; init; } = 32;

    public bool HasDisplayDelay { get; init; }

    /// <summary>Each operating point's layers, and whether it has a decoder model.</summary>
    public (uint Layers, bool IsModelled)[] OperatingPoints { get; init; } = [(0, false)];

    public uint Width { get; init; } = 1920;

    public uint Height { get; init; } = 1080;

    public uint FrameIdBits { get; init; }

    public uint OrderHintBits { get; init; }

    /// <summary>0 off, 1 on, 2 each frame says it.</summary>
    public uint ScreenContent { get; init; }

    public bool IsIntegerMotionSelected { get; init; }

    /// <summary><c>color_config</c>; by default 8 bits, 4:2:0, nothing said.</summary>
    public Action<BitWriter> Color { get; init; } = bits => bits.Flag(false).Flag(false).Flag(false).Flag(false).Bits(2, 0).Flag(false);

    public byte[] ToBytes()
    {
        BitWriter bits = new BitWriter().Bits(3, Profile).Flag(IsReducedStillPicture).Flag(IsReducedStillPicture);
        if (IsReducedStillPicture)
        {
            bits.Bits(5, Level);
        }
        else
        {
            WriteTimingAndOperatingPoints(bits);
        }

        bits.Bits(4, 15).Bits(4, 11).Bits(16, Width - 1).Bits(12, Height - 1);
        if (!IsReducedStillPicture)
        {
            bits.Flag(FrameIdBits > 0);
            if (FrameIdBits > 0)
            {
                bits.Bits(4, FrameIdBits - 4).Bits(3, 1); // differences of two bits less
            }
        }

        bits.Bits(3, 5);
        if (!IsReducedStillPicture)
        {
            bits.Bits(4, 9).Flag(OrderHintBits > 0);
            if (OrderHintBits > 0)
            {
                bits.Bits(2, 2);
            }

            bits.Flag(ScreenContent == 2);
            if (ScreenContent < 2)
            {
                bits.Flag(ScreenContent == 1);
            }

            if (ScreenContent > 0)
            {
                bits.Flag(IsIntegerMotionSelected);
                if (!IsIntegerMotionSelected)
                {
                    bits.Flag(true);
                }
            }

            if (OrderHintBits > 0)
            {
                bits.Bits(3, OrderHintBits - 1);
            }
        }

        bits.Bits(3, 3);
        Color(bits);
        return bits.Flag(false).Flag(true).ToBytes();
    }

    public byte[] KeyFrame(bool isShown, byte refreshedSlots = 0) => Frame(0, isShown, refreshedSlots);

    /// <summary>A frame header up to the reference slots; what it leaves open is zeros.</summary>
    public byte[] Frame(uint type, bool isShown, byte refreshedSlots, bool isErrorResilient = false, uint noise = 0, uint temporalId = 0, uint spatialId = 0)
    {
        var bits = new BitWriter();
        if (!IsReducedStillPicture)
        {
            bits.Flag(false).Bits(2, type).Flag(isShown);
            if (!isShown)
            {
                bits.Flag(true);
            }
            else if (HasDecoderModel && !IsEqualInterval)
            {
                bits.Bits((int)PresentationTimeBits, noise);
            }

            isErrorResilient |= type == 3 || (type == 0 && isShown);
            if (type != 3 && !(type == 0 && isShown))
            {
                bits.Flag(isErrorResilient);
            }
        }

        bits.Flag(true);
        bool usesScreenContent = IsReducedStillPicture || ScreenContent == 1 || (ScreenContent == 2 && (noise & 1) == 1);
        if (IsReducedStillPicture || ScreenContent == 2)
        {
            bits.Flag(usesScreenContent);
        }

        if (usesScreenContent && (IsReducedStillPicture || IsIntegerMotionSelected))
        {
            bits.Flag((noise & 2) != 0);
        }

        bits.Bits((int)FrameIdBits, noise);
        if (type != 3 && !IsReducedStillPicture)
        {
            bits.Flag((noise & 4) != 0);
        }

        bits.Bits((int)OrderHintBits, noise);
        if (type is 1 or 3 && !isErrorResilient)
        {
            bits.Bits(3, noise);
        }

        if (HasDecoderModel)
        {
            bits.Flag(true);
            foreach ((uint layers, bool isModelled) in OperatingPoints)
            {
                bool isMember = layers == 0 || (((layers >> (int)temporalId) & 1) == 1 && ((layers >> (int)(spatialId + 8)) & 1) == 1);
                if (isModelled && isMember)
                {
                    bits.Bits((int)RemovalTimeBits, noise);
                }
            }
        }

        if (type != 3 && !(type == 0 && isShown))
        {
            bits.Bits(8, refreshedSlots);
        }

        return bits.Flag(true).ToBytes();
    }

    /// <summary>A frame header that shows what a slot holds.</summary>
    public static byte[] Show(uint slot) => new BitWriter().Flag(true).Bits(3, slot).Bits(4, 8).ToBytes();

    /// <summary>A unit with a size, and with layers if they are not the lowest.</summary>
    public static byte[] Unit(int type, byte[] payload, uint temporalId = 0, uint spatialId = 0) => temporalId + spatialId == 0
        ? [(byte)((type << 3) | 2), (byte)(payload.Length | 0x80), (byte)(payload.Length >> 7), .. payload]
        : [(byte)((type << 3) | 6), (byte)((temporalId << 5) | (spatialId << 3)), (byte)(payload.Length | 0x80), (byte)(payload.Length >> 7), .. payload];

    private void WriteTimingAndOperatingPoints(BitWriter bits)
    {
        bits.Flag(HasTiming);
        if (HasTiming)
        {
            bits.Bits(32, 1001).Bits(32, 60_000).Flag(IsEqualInterval).Unsigned(IsEqualInterval ? [1] : []).Flag(HasDecoderModel);
            if (HasDecoderModel)
            {
                bits.Bits(5, DelayBits - 1).Bits(32, 7).Bits(5, RemovalTimeBits - 1).Bits(5, PresentationTimeBits - 1);
            }
        }

        bits.Flag(HasDisplayDelay).Bits(5, (uint)OperatingPoints.Length - 1);
        foreach ((uint layers, bool isModelled) in OperatingPoints)
        {
            bits.Bits(12, layers).Bits(5, Level);
            if (Level > 7)
            {
                bits.Flag(Tier == 1);
            }

            if (HasDecoderModel)
            {
                bits.Flag(isModelled);
                if (isModelled)
                {
                    bits.Bits((int)DelayBits, 1).Bits((int)DelayBits, 2).Flag(true);
                }
            }

            if (HasDisplayDelay)
            {
                bits.Flag(true).Bits(4, 9);
            }
        }
    }
}

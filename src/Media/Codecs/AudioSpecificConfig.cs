using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>How to decode an AAC track (ISO/IEC 14496-3 §1.6.2.1), as FLV's AAC sequence header carries it.</summary>
public sealed class AudioSpecificConfig
{
    private const int SbrObjectType = 5;
    private const int PsObjectType = 29;
    private const int ErBsacObjectType = 22;
    private const int EscapeObjectType = 31;

    private static readonly int[] SampleRates = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

    // By channelConfiguration (table 1.19): 0 means "see the program config element", −1 is reserved.
    private static readonly int[] ChannelCounts = [0, 1, 2, 3, 4, 5, 6, 8, -1, -1, -1, 7, 8, 24, 8, -1];

    private AudioSpecificConfig(byte[] record) => Record = record;

    /// <summary>The record itself, a copy: what an <c>esds</c> box carries as DecoderSpecificInfo.</summary>
    public ReadOnlyMemory<byte> Record { get; }

    /// <summary>The audio object type of the core coder: 2 is AAC-LC, also under SBR and PS.</summary>
    public int ObjectType { get; private set; }

    /// <summary>Samples a second of the core coder, at least 1. A frame lasts <see cref="SamplesPerFrame"/> of these, SBR or not.</summary>
    public int SampleRate { get; private set; }

    /// <summary>Samples a second that the decoder puts out: with SBR usually twice <see cref="SampleRate"/>.</summary>
    public int OutputSampleRate { get; private set; }

    /// <summary>Channels that the decoder puts out; 0 when the record leaves it to the bitstream.</summary>
    public int Channels { get; private set; }

    /// <summary>Samples of the core coder in a frame: 1024, seldom 960.</summary>
    public int SamplesPerFrame { get; private set; } = 1024;

    /// <summary>Whether the record says that there is spectral band replication (HE-AAC), in either of the two ways.</summary>
    public bool HasSpectralBandReplication { get; private set; }

    /// <summary>Whether the record says that there is parametric stereo (HE-AAC v2).</summary>
    public bool HasParametricStereo { get; private set; }

    /// <summary>
    /// Whether SBR stands first in the record, where every decoder sees it; otherwise it follows behind the AAC-LC part, for decoders that
    /// look there ("backward compatible").
    /// </summary>
    public bool IsHierarchical { get; private set; }

    /// <summary>The codec's name in playlists and for browsers (RFC 6381 §3.3): <c>mp4a.40.2</c>, .5 with SBR, .29 with PS.</summary>
    public string CodecString =>
        $"mp4a.40.{(HasParametricStereo ? PsObjectType : HasSpectralBandReplication ? SbrObjectType : ObjectType)}";

    /// <summary>Reads a record. What is cut off behind the channel configuration counts as not said.</summary>
    /// <returns>Whether it is one: a sample rate above 0 and a channel configuration that is defined.</returns>
    public static bool TryParse(ReadOnlySpan<byte> record, [NotNullWhen(true)] out AudioSpecificConfig? config)
    {
        var read = new AudioSpecificConfig(record.ToArray());
        var bits = new BitReader(record);
        config = read.TryRead(ref bits) ? read : null;
        return config is not null;
    }

    private bool TryRead(ref BitReader bits)
    {
        ObjectType = ReadObjectType(ref bits);
        SampleRate = ReadSampleRate(ref bits);
        OutputSampleRate = SampleRate;
        int channelConfiguration = (int)bits.ReadBits(4);
        Channels = ChannelCounts[channelConfiguration];
        if (ObjectType is SbrObjectType or PsObjectType)
        {
            IsHierarchical = true;
            HasSpectralBandReplication = true;
            HasParametricStereo = ObjectType == PsObjectType;
            OutputSampleRate = ReadSampleRate(ref bits);
            ObjectType = ReadObjectType(ref bits);
            if (ObjectType == ErBsacObjectType)
            {
                bits.Skip(4); // extensionChannelConfiguration
            }
        }

        if (bits.HasFailed || ObjectType == 0 || SampleRate == 0 || OutputSampleRate == 0 || Channels < 0)
        {
            return false;
        }

        if (IsGeneralAudio(ObjectType))
        {
            ReadGeneralAudio(ref bits, channelConfiguration);
            if (!IsHierarchical)
            {
                ReadBackwardCompatibleExtension(ref bits);
            }
        }

        if (HasParametricStereo)
        {
            Channels = 2;
        }

        return true;
    }

    private static bool IsGeneralAudio(int objectType) => objectType is 1 or 2 or 3 or 4 or 6 or 7 or 17 or (>= 19 and <= 23);

    private static int ReadObjectType(ref BitReader bits)
    {
        uint type = bits.ReadBits(5);
        return (int)(type == EscapeObjectType ? 32 + bits.ReadBits(6) : type);
    }

    private static int ReadSampleRate(ref BitReader bits)
    {
        const int Escape = 15;
        uint index = bits.ReadBits(4);
        return index == Escape ? (int)bits.ReadBits(24) : index < SampleRates.Length ? SampleRates[index] : 0;
    }

    private void ReadGeneralAudio(ref BitReader bits, int channelConfiguration) // GASpecificConfig, §4.4.1
    {
        const int ErAacLowDelay = 23;
        bool isShort = bits.ReadFlag(); // frameLengthFlag
        SamplesPerFrame = (ObjectType, isShort) switch
        {
            (ErAacLowDelay, false) => 512,
            (ErAacLowDelay, true) => 480,
            (_, false) => 1024,
            (_, true) => 960,
        };
        if (bits.ReadFlag())
        {
            bits.Skip(14); // coreCoderDelay
        }

        bool hasExtension = bits.ReadFlag();
        if (channelConfiguration == 0)
        {
            Channels = ReadProgramConfigElement(ref bits);
        }

        if (ObjectType is 6 or 20)
        {
            bits.Skip(3); // layerNr
        }

        if (hasExtension)
        {
            bits.Skip(ObjectType switch { ErBsacObjectType => 16, 17 or 19 or 20 or 23 => 3, _ => 0 });
            bits.Skip(1); // extensionFlag3
        }

        if (ObjectType is 17 or (>= 19 and <= 23))
        {
            bits.Skip(2); // epConfig
        }
    }

    private static int ReadProgramConfigElement(ref BitReader bits) // §4.4.1.1
    {
        bits.Skip(4 + 2 + 4); // tag, object type, rate: said above
        int elements = (int)bits.ReadBits(4) + (int)bits.ReadBits(4) + (int)bits.ReadBits(4); // front, side, back
        int lowFrequency = (int)bits.ReadBits(2);
        int associatedData = (int)bits.ReadBits(3);
        int coupling = (int)bits.ReadBits(4);
        SkipIfPresent(ref bits, 4); // mono mixdown
        SkipIfPresent(ref bits, 4); // stereo mixdown
        SkipIfPresent(ref bits, 3); // matrix mixdown

        int channels = lowFrequency;
        for (int i = 0; i < elements; i++)
        {
            channels += bits.ReadFlag() ? 2 : 1;
            bits.Skip(4);
        }

        bits.Skip((4 * (lowFrequency + associatedData)) + (5 * coupling));
        bits.AlignToByte();
        bits.Skip(8 * (int)bits.ReadBits(8)); // comment
        return bits.HasFailed ? 0 : channels;
    }

    private void ReadBackwardCompatibleExtension(ref BitReader bits)
    {
        const int SbrSync = 0x2B7;
        const int PsSync = 0x548;
        if (bits.Remaining < 16 || bits.ReadBits(11) != SbrSync || ReadObjectType(ref bits) != SbrObjectType || !bits.ReadFlag())
        {
            return;
        }

        int rate = ReadSampleRate(ref bits);
        if (bits.HasFailed || rate == 0)
        {
            return;
        }

        HasSpectralBandReplication = true;
        OutputSampleRate = rate;
        HasParametricStereo = bits.Remaining >= 12 && bits.ReadBits(11) == PsSync && bits.ReadFlag();
    }

    private static void SkipIfPresent(ref BitReader bits, int count)
    {
        if (bits.ReadFlag())
        {
            bits.Skip(count);
        }
    }
}

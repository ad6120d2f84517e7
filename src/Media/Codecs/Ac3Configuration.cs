using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>How to decode an AC-3 track, by the header of its first frame (ETSI TS 102 366 §4.3, §4.4): there is no other configuration.</summary>
public sealed class Ac3Configuration
{
    /// <summary>Samples that every frame lasts.</summary>
    public const int SamplesPerFrame = 1536;

    private const int MaxFrameSizeCode = 37;

    /// <summary><c>fscod</c>: 0 is 48 kHz, 1 is 44.1 kHz, 2 is 32 kHz.</summary>
    public byte SampleRateCode { get; private init; }

    /// <summary><c>bsid</c>, the version: 8, or 6 (9 and 10 are of half and a quarter of the sample rate, and not standard).</summary>
    public byte StreamId { get; private init; }

    /// <summary><c>bsmod</c>: the kind of service, 0 is the main one.</summary>
    public byte StreamMode { get; private init; }

    /// <summary><c>acmod</c>: which channels there are; 2 is stereo, 7 is 3 in front and 2 behind.</summary>
    public byte ChannelMode { get; private init; }

    /// <summary><c>lfeon</c>: whether there is a channel of low frequency effects.</summary>
    public bool HasLowFrequency { get; private init; }

    /// <summary><c>bit_rate_code</c> of a <c>dac3</c> box, 0 to 18.</summary>
    public byte BitRateCode { get; private init; }

    /// <summary>Samples a second.</summary>
    public int SampleRate => DolbyChannels.SampleRates[SampleRateCode];

    /// <summary>Channels, 1 to 6.</summary>
    public int Channels => DolbyChannels.Count(ChannelMode, HasLowFrequency);

    /// <summary>The codec's name in playlists.</summary>
    public const string CodecString = "ac-3";

    /// <summary>Reads the beginning of a frame.</summary>
    /// <param name="frame">The frame, or its first 8 bytes.</param>
    /// <param name="configuration">What it says.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(ReadOnlySpan<byte> frame, [NotNullWhen(true)] out Ac3Configuration? configuration)
    {
        const int MaxStreamId = 8;
        configuration = null;
        var bits = new BitReader(frame);
        if (bits.ReadBits(16) != DolbyChannels.Sync)
        {
            return false;
        }

        bits.Skip(16); // crc1
        byte rateCode = (byte)bits.ReadBits(2);
        int frameSizeCode = (int)bits.ReadBits(6);
        byte streamId = (byte)bits.ReadBits(5);
        byte streamMode = (byte)bits.ReadBits(3);
        byte channelMode = (byte)bits.ReadBits(3);
        bits.Skip((channelMode & 1) != 0 && channelMode != 1 ? 2 : 0); // cmixlev
        bits.Skip((channelMode & 4) != 0 ? 2 : 0); // surmixlev
        bits.Skip(channelMode == 2 ? 2 : 0); // dsurmod
        bool hasLowFrequency = bits.ReadFlag();
        if (bits.HasFailed || rateCode >= DolbyChannels.SampleRates.Length || streamId > MaxStreamId || frameSizeCode > MaxFrameSizeCode)
        {
            return false;
        }

        configuration = new Ac3Configuration
        {
            SampleRateCode = rateCode,
            StreamId = streamId,
            StreamMode = streamMode,
            ChannelMode = channelMode,
            HasLowFrequency = hasLowFrequency,
            BitRateCode = (byte)(frameSizeCode / 2),
        };
        return true;
    }
}

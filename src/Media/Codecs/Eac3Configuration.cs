using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>How to decode an E-AC-3 track, by the header of its first frame (ETSI TS 102 366 annex E): there is no other configuration.</summary>
/// <remarks>Of its first independent substream, that is: what dependent ones add (more than 5.1 channels) plays on top of it.</remarks>
public sealed class Eac3Configuration
{
    private const int SamplesPerBlock = 256;

    private readonly Header _header;

    private Eac3Configuration(in Header header) => _header = header;

    /// <summary><c>fscod</c>: 0 is 48 kHz, 1 is 44.1 kHz, 2 is 32 kHz, 3 is half of one of these.</summary>
    public byte SampleRateCode => _header.SampleRateCode;

    /// <summary><c>bsid</c>, the version: 16, seldom 11 to 15.</summary>
    public byte StreamId => _header.StreamId;

    /// <summary><c>acmod</c>: which channels there are; 2 is stereo, 7 is 3 in front and 2 behind.</summary>
    public byte ChannelMode => _header.ChannelMode;

    /// <summary><c>lfeon</c>: whether there is a channel of low frequency effects.</summary>
    public bool HasLowFrequency => _header.HasLowFrequency;

    /// <summary>Samples a second.</summary>
    public int SampleRate => _header.SampleRate;

    /// <summary>Samples of each channel in this frame: 256, 512, 768 or 1536. A packet may hold several frames.</summary>
    public int SamplesPerFrame => _header.Samples;

    /// <summary>Bits a second at this frame's size.</summary>
    public int BitRate => (int)(8L * _header.Bytes * SampleRate / SamplesPerFrame);

    /// <summary>Channels, 1 to 6.</summary>
    public int Channels => DolbyChannels.Count(ChannelMode, HasLowFrequency);

    /// <summary>The codec's name in playlists.</summary>
    public const string CodecString = "ec-3";

    /// <summary>Reads the beginning of a frame of the first independent substream.</summary>
    /// <param name="frame">The frame, or its first 6 bytes.</param>
    /// <param name="configuration">What it says.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(ReadOnlySpan<byte> frame, [NotNullWhen(true)] out Eac3Configuration? configuration)
    {
        configuration = TryRead(frame, out Header header) && header.IsFirstIndependent ? new Eac3Configuration(header) : null;
        return configuration is not null;
    }

    /// <summary>How long a packet lasts: the frames of its first independent substream together. Allocates nothing.</summary>
    /// <param name="packet">All of the packet.</param>
    /// <returns>Samples of each channel, some minutes at most; 0 if it does not begin with a frame.</returns>
    public static int CountSamples(ReadOnlySpan<byte> packet)
    {
        const int MostSamples = 1 << 24; // a packet has one frame, or few: who sends millions must not make the sum overflow

        int samples = 0;
        while (samples < MostSamples && TryRead(packet, out Header frame))
        {
            samples += frame.IsFirstIndependent ? frame.Samples : 0;
            packet = packet[Math.Min(frame.Bytes, packet.Length)..];
        }

        return samples;
    }

    private static bool TryRead(ReadOnlySpan<byte> frame, out Header header)
    {
        const int HalfRates = 3;
        const int Dependent = 1;
        const int ReservedType = 3;
        ReadOnlySpan<byte> blockCounts = [1, 2, 3, 6];

        header = default;
        var bits = new BitReader(frame);
        if (bits.ReadBits(16) != DolbyChannels.Sync)
        {
            return false;
        }

        int type = (int)bits.ReadBits(2);
        int substream = (int)bits.ReadBits(3);
        int frameBytes = 2 * (1 + (int)bits.ReadBits(11));
        int rateCode = (int)bits.ReadBits(2);
        int second = (int)bits.ReadBits(2); // fscod2 or numblkscod
        int channelMode = (int)bits.ReadBits(3);
        bool hasLowFrequency = bits.ReadFlag();
        int streamId = (int)bits.ReadBits(5);
        if (bits.HasFailed || type == ReservedType || (rateCode == HalfRates && second == HalfRates) || streamId is < 11 or > 16)
        {
            return false;
        }

        header = new Header
        {
            IsFirstIndependent = type != Dependent && substream == 0,
            Bytes = frameBytes,
            Samples = SamplesPerBlock * (rateCode == HalfRates ? 6 : blockCounts[second]),
            SampleRate = rateCode == HalfRates ? DolbyChannels.SampleRates[second] / 2 : DolbyChannels.SampleRates[rateCode],
            SampleRateCode = (byte)rateCode,
            ChannelMode = (byte)channelMode,
            HasLowFrequency = hasLowFrequency,
            StreamId = (byte)streamId,
        };
        return true;
    }

    private readonly record struct Header(
        bool IsFirstIndependent, int Bytes, int Samples, int SampleRate, byte SampleRateCode, byte ChannelMode, bool HasLowFrequency, byte StreamId);
}

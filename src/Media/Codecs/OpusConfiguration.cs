using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>How to decode an Opus track: an identification header, <c>OpusHead</c> (RFC 7845 §5.1), as enhanced RTMP's sequence header carries it.</summary>
public sealed class OpusConfiguration
{
    /// <summary>Samples a second that every decoder puts out, and that pre-skip and durations count, whatever the input had.</summary>
    public const int SampleRate = 48_000;

    private static ReadOnlySpan<byte> Magic => "OpusHead"u8;

    /// <summary>Channels that the decoder puts out, 1 to 255.</summary>
    public int Channels { get; private init; }

    /// <summary>Samples (of 48 kHz) to leave out at the beginning.</summary>
    public int PreSkip { get; private init; }

    /// <summary>Samples a second of what was encoded; 0 if it is not said.</summary>
    public uint InputSampleRate { get; private init; }

    /// <summary>Gain to apply, in 1/256 dB.</summary>
    public short OutputGain { get; private init; }

    /// <summary><c>ChannelMappingFamily</c>: 0 is mono or stereo, 1 up to 8 channels in Vorbis order.</summary>
    public byte MappingFamily { get; private init; }

    /// <summary>For families above 0: number of streams, number of those that are coupled, and an entry per channel. Empty for family 0.</summary>
    public ReadOnlyMemory<byte> MappingTable { get; private init; }

    /// <summary>The codec's name in playlists (MP4 registration authority, case and all).</summary>
    public const string CodecString = "Opus";

    /// <summary>Reads an identification header. None at all (some encoders leave it empty) is stereo.</summary>
    /// <returns>Whether it is one of a version that can be read.</returns>
    public static bool TryParse(ReadOnlySpan<byte> header, [NotNullWhen(true)] out OpusConfiguration? configuration)
    {
        const int FixedBytes = 19;
        const int MajorVersion = 0xF0;

        configuration = null;
        if (header.IsEmpty)
        {
            configuration = new OpusConfiguration { Channels = 2, InputSampleRate = SampleRate };
            return true;
        }

        if (header.Length < FixedBytes || !header.StartsWith(Magic) || (header[8] & MajorVersion) != 0)
        {
            return false;
        }

        int channels = header[9];
        byte family = header[18];
        int tableBytes = family == 0 ? 0 : 2 + channels;
        if (channels == 0 || (family == 0 && channels > 2) || header.Length < FixedBytes + tableBytes)
        {
            return false;
        }

        configuration = new OpusConfiguration
        {
            Channels = channels,
            PreSkip = BinaryPrimitives.ReadUInt16LittleEndian(header[10..]),
            InputSampleRate = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]),
            OutputGain = BinaryPrimitives.ReadInt16LittleEndian(header[16..]),
            MappingFamily = family,
            MappingTable = header.Slice(FixedBytes, tableBytes).ToArray(),
        };
        return true;
    }

    /// <summary>How long a packet lasts, by its table of contents (RFC 6716 §3.1).</summary>
    /// <param name="packet">The packet, or its first 2 bytes.</param>
    /// <returns>Samples of 48 kHz, 120 to 5760; 0 if it is no packet.</returns>
    public static int CountSamples(ReadOnlySpan<byte> packet)
    {
        const int LongestSamples = 5760; // 120 ms
        if (packet.IsEmpty)
        {
            return 0;
        }

        int configuration = packet[0] >> 3;
        int frameSamples = configuration switch
        {
            < 12 => (configuration & 3) == 3 ? 2880 : 480 << (configuration & 3), // SILK: 10, 20, 40, 60 ms
            < 16 => 480 << (configuration & 1), // hybrid: 10, 20 ms
            _ => 120 << (configuration & 3), // CELT: 2.5, 5, 10, 20 ms
        };
        int frames = (packet[0] & 3) switch
        {
            0 => 1,
            1 or 2 => 2,
            _ => packet.Length > 1 ? packet[1] & 0x3F : 0,
        };
        int samples = frames * frameSamples;
        return samples <= LongestSamples ? samples : 0;
    }
}

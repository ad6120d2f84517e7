using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>How to decode a FLAC track: its STREAMINFO (RFC 9639 §8.2), as enhanced RTMP's sequence header carries it.</summary>
public sealed class FlacConfiguration
{
    private const int BlockHeaderBytes = 4;
    private const int StreamInfoBytes = 34;

    private FlacConfiguration(byte[] block) => Block = block;

    /// <summary>
    /// STREAMINFO as the only metadata block: what a <c>dfLa</c> box holds behind its version and flags. Other blocks (tags, pictures) are
    /// left out, so it is marked as the last one.
    /// </summary>
    public ReadOnlyMemory<byte> Block { get; }

    /// <summary>The most samples that a frame has, 16 to 65,535; all but the last one have as many where block sizes are fixed.</summary>
    public int MaxBlockSize { get; private init; }

    /// <summary>Samples a second, 1 to 1,048,575.</summary>
    public int SampleRate { get; private init; }

    /// <summary>Channels, 1 to 8.</summary>
    public int Channels { get; private init; }

    /// <summary>Bits of a sample, 4 to 32.</summary>
    public int BitsPerSample { get; private init; }

    /// <summary>The codec's name in playlists (MP4 registration authority, case and all).</summary>
    public const string CodecString = "fLaC";

    /// <summary>Reads metadata blocks with or without <c>fLaC</c> before them, or STREAMINFO alone.</summary>
    /// <returns>Whether STREAMINFO is there, and of something that can be played.</returns>
    public static bool TryParse(ReadOnlySpan<byte> header, [NotNullWhen(true)] out FlacConfiguration? configuration)
    {
        const int MinBlockSize = 16;
        ReadOnlySpan<byte> magic = "fLaC"u8;
        ReadOnlySpan<byte> blockHeader = [0, 0, 0, StreamInfoBytes];

        configuration = null;
        header = header.StartsWith(magic) ? header[magic.Length..] : header;
        if (header.Length != StreamInfoBytes)
        {
            if (header.Length < BlockHeaderBytes + StreamInfoBytes || (header[0] & 0x7F) != 0 || !header[1..BlockHeaderBytes].SequenceEqual(blockHeader[1..]))
            {
                return false;
            }

            header = header.Slice(BlockHeaderBytes, StreamInfoBytes);
        }

        const byte IsLast = 0x80;
        var bits = new BitReader(header);
        bits.Skip(16); // least block size
        int maxBlockSize = (int)bits.ReadBits(16);
        bits.Skip(48); // frame sizes
        var read = new FlacConfiguration([IsLast, .. blockHeader[1..], .. header])
        {
            MaxBlockSize = maxBlockSize,
            SampleRate = (int)bits.ReadBits(20),
            Channels = 1 + (int)bits.ReadBits(3),
            BitsPerSample = 1 + (int)bits.ReadBits(5),
        };
        configuration = read.SampleRate > 0 && read.MaxBlockSize >= MinBlockSize && read.BitsPerSample >= 4 ? read : null;
        return configuration is not null;
    }

    /// <summary>How long a frame lasts, by its header (RFC 9639 §9.1).</summary>
    /// <param name="frame">The frame, or its first 16 bytes.</param>
    /// <returns>Samples, 1 to 65,536; 0 if it is no frame.</returns>
    public static int CountSamples(ReadOnlySpan<byte> frame)
    {
        const int FixedBytes = 4;
        if (frame.Length <= FixedBytes || frame[0] != 0xFF || (frame[1] & 0xFE) != 0xF8)
        {
            return 0;
        }

        // The number of the frame or sample, coded as UTF-8 codes a character (up to 7 bytes), precedes a block size that is not in the code.
        int numberBytes = frame[FixedBytes] < 0x80 ? 1 : int.LeadingZeroCount(~(frame[FixedBytes] << 24));
        ReadOnlySpan<byte> behind = frame[Math.Min(frame.Length, FixedBytes + numberBytes)..];
        return (frame[2] >> 4) switch
        {
            0 => 0,
            1 => 192,
            <= 5 and int code => 576 << (code - 2),
            6 => behind.Length >= 1 ? 1 + behind[0] : 0,
            7 => behind.Length >= 2 ? 1 + ((behind[0] << 8) | behind[1]) : 0,
            int code => 256 << (code - 8),
        };
    }
}

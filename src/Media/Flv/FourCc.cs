using System.Buffers.Binary;

namespace MediaServer.Media;

/// <summary>A codec's name in enhanced RTMP: four ASCII characters (E-RTMP v2, Enhanced Video and Enhanced Audio).</summary>
/// <param name="Value">The characters, the first in the highest byte.</param>
public readonly record struct FourCc(uint Value)
{
    /// <summary>Bytes on the wire.</summary>
    public const int LengthBytes = 4;

    private const uint Avc = ('a' << 24) | ('v' << 16) | ('c' << 8) | '1';
    private const uint Hevc = ('h' << 24) | ('v' << 16) | ('c' << 8) | '1';
    private const uint Av1 = ('a' << 24) | ('v' << 16) | ('0' << 8) | '1';
    private const uint Vp8 = ('v' << 24) | ('p' << 16) | ('0' << 8) | '8';
    private const uint Vp9 = ('v' << 24) | ('p' << 16) | ('0' << 8) | '9';
    private const uint Aac = ('m' << 24) | ('p' << 16) | ('4' << 8) | 'a';
    private const uint Opus = ('O' << 24) | ('p' << 16) | ('u' << 8) | 's';
    private const uint Flac = ('f' << 24) | ('L' << 16) | ('a' << 8) | 'C';
    private const uint Ac3 = ('a' << 24) | ('c' << 16) | ('-' << 8) | '3';
    private const uint Eac3 = ('e' << 24) | ('c' << 16) | ('-' << 8) | '3';
    private const uint Mp3 = ('.' << 24) | ('m' << 16) | ('p' << 8) | '3';

    /// <summary>The name of those four bytes.</summary>
    public static FourCc Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt32BigEndian(bytes));

    /// <summary>The codec of that name among those of a kind; <see cref="MediaCodec.Unknown"/> when the server does not know it.</summary>
    public MediaCodec GetCodec(MediaKind kind) => (kind, Value) switch
    {
        (MediaKind.Video, Avc) => MediaCodec.Avc,
        (MediaKind.Video, Hevc) => MediaCodec.Hevc,
        (MediaKind.Video, Av1) => MediaCodec.Av1,
        (MediaKind.Video, Vp8) => MediaCodec.Vp8,
        (MediaKind.Video, Vp9) => MediaCodec.Vp9,
        (MediaKind.Audio, Aac) => MediaCodec.Aac,
        (MediaKind.Audio, Opus) => MediaCodec.Opus,
        (MediaKind.Audio, Flac) => MediaCodec.Flac,
        (MediaKind.Audio, Ac3) => MediaCodec.Ac3,
        (MediaKind.Audio, Eac3) => MediaCodec.Eac3,
        (MediaKind.Audio, Mp3) => MediaCodec.Mp3,
        _ => MediaCodec.Unknown,
    };

    /// <summary>The four characters; a full stop for each that is not printable.</summary>
    public override string ToString() => string.Create(LengthBytes, Value, static (text, value) =>
    {
        for (int i = 0; i < text.Length; i++)
        {
            char letter = (char)(byte)(value >> (24 - (8 * i)));
            text[i] = letter is >= ' ' and <= '~' ? letter : '.';
        }
    });
}

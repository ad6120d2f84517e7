using System.Buffers;

namespace MediaServer.Media;

/// <summary>One tag of an FLV file (FLV 10.1 annex E.4.1), its body where it was received.</summary>
/// <param name="Kind">Audio, video or script data.</param>
/// <param name="Timestamp">Milliseconds, all 32 bits.</param>
/// <param name="Body">What an RTMP message of that kind carries. Valid as long as the bytes that were read from.</param>
public readonly record struct FlvTag(MediaKind Kind, uint Timestamp, ReadOnlySequence<byte> Body);

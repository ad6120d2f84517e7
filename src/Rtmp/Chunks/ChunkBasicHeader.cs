using System.Buffers;
using System.Buffers.Binary;

namespace MediaServer.Rtmp;

/// <summary>A chunk's first 1 to 3 bytes: its format and its chunk stream (RTMP 1.0 §5.3.1.1).</summary>
/// <param name="Format">How much of a message header follows.</param>
/// <param name="ChunkStreamId">From 2 to 65,599.</param>
/// <param name="LengthBytes">1, 2 or 3.</param>
internal readonly record struct ChunkBasicHeader(ChunkFormat Format, int ChunkStreamId, int LengthBytes)
{
    /// <summary>Reads it from the front of the bytes.</summary>
    /// <returns><c>Done</c>, or <c>NeedMoreData</c>.</returns>
    public static OperationStatus TryRead(ReadOnlySpan<byte> bytes, out ChunkBasicHeader header)
    {
        header = default;
        if (bytes.IsEmpty)
        {
            return OperationStatus.NeedMoreData;
        }

        int lengthBytes = (bytes[0] & 0x3F) switch { 0 => 2, 1 => 3, _ => 1 };
        if (bytes.Length < lengthBytes)
        {
            return OperationStatus.NeedMoreData;
        }

        int chunkStreamId = lengthBytes switch
        {
            1 => bytes[0] & 0x3F,
            2 => 64 + bytes[1],
            _ => 64 + BinaryPrimitives.ReadUInt16LittleEndian(bytes[1..]),
        };
        header = new ChunkBasicHeader((ChunkFormat)(bytes[0] >> 6), chunkStreamId, lengthBytes);
        return OperationStatus.Done;
    }
}

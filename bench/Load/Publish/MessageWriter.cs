using System.Buffers.Binary;
using MediaServer.Rtmp;

namespace MediaServer.Load;

/// <summary>
/// Writes media in chunks of the size that encoders use. The session's own writer sends each message as one chunk, which no encoder does, and
/// which would be easier on the server.
/// </summary>
internal sealed class MessageWriter(ClientSocket socket, uint messageStreamId, int chunkBytes)
{
    private const uint Extended = 0xFFFFFF;

    /// <summary>Announces the chunk size.</summary>
    public void Begin()
    {
        Span<byte> message = [2, 0, 0, 0, 0, 0, sizeof(uint), (byte)RtmpMessageType.SetChunkSize, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(message[12..], (uint)chunkBytes);
        socket.Write(message);
    }

    /// <summary>Writes a message.</summary>
    public void Write(RtmpMessageType type, uint timestamp, ReadOnlySpan<byte> payload)
    {
        byte chunkStreamId = type switch { RtmpMessageType.Audio => 4, RtmpMessageType.Video => 6, _ => 5 };
        Span<byte> header = stackalloc byte[16];
        header[0] = chunkStreamId;
        WriteUInt24(header[1..], Math.Min(timestamp, Extended));
        WriteUInt24(header[4..], (uint)payload.Length);
        header[7] = (byte)type;
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], messageStreamId);
        BinaryPrimitives.WriteUInt32BigEndian(header[12..], timestamp);
        socket.Write(timestamp >= Extended ? header : header[..12]);

        while (payload.Length > chunkBytes)
        {
            socket.Write(payload[..chunkBytes]);
            socket.Write([(byte)(0xC0 | chunkStreamId)]);
            socket.Write(timestamp >= Extended ? header[12..] : default);
            payload = payload[chunkBytes..];
        }

        socket.Write(payload);
    }

    private static void WriteUInt24(Span<byte> destination, uint value)
    {
        destination[0] = (byte)(value >> 16);
        destination[1] = (byte)(value >> 8);
        destination[2] = (byte)value;
    }
}

using System.Buffers;
using System.Buffers.Binary;

namespace MediaServer.Rtmp;

/// <summary>Writes whole messages as chunks (RTMP 1.0 §5.3): full headers with absolute times, continuations where the chunk size wants them.</summary>
internal sealed class ChunkWriter(IBufferWriter<byte> output)
{
    private const int ControlChunkStreamId = 2;
    private const int CommandChunkStreamId = 3;
    private const uint ExtendedTimestamp = 0xFFFFFF;

    private int _chunkBytes = 128; // until we say otherwise (§5.4.1)

    /// <summary>Announces a chunk size that any message fits in.</summary>
    public void AnnounceChunkSize()
    {
        WriteControl(RtmpMessageType.SetChunkSize, RtmpLimits.OutboundChunkBytes);
        _chunkBytes = RtmpLimits.OutboundChunkBytes;
    }

    /// <summary>Writes a protocol control message of one number (§5.4).</summary>
    public void WriteControl(RtmpMessageType type, uint value)
    {
        Span<byte> payload = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(payload, value);
        Write(ControlChunkStreamId, type, 0, 0, payload);
    }

    /// <summary>Writes how many bytes the peer may leave unacknowledged, as a dynamic limit (§5.4.5).</summary>
    public void WritePeerBandwidth(uint windowBytes)
    {
        const byte Dynamic = 2;
        Span<byte> payload = stackalloc byte[sizeof(uint) + 1];
        BinaryPrimitives.WriteUInt32BigEndian(payload, windowBytes);
        payload[^1] = Dynamic;
        Write(ControlChunkStreamId, RtmpMessageType.SetPeerBandwidth, 0, 0, payload);
    }

    /// <summary>Writes a user control message of one number (§6.2).</summary>
    public void WriteUserControl(UserControlEvent @event, uint value)
    {
        Span<byte> payload = stackalloc byte[sizeof(ushort) + sizeof(uint)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)@event);
        BinaryPrimitives.WriteUInt32BigEndian(payload[sizeof(ushort)..], value);
        Write(ControlChunkStreamId, RtmpMessageType.UserControl, 0, 0, payload);
    }

    /// <summary>Writes a command, or script data, of the given values.</summary>
    public void WriteValues(RtmpMessageType type, uint messageStreamId, params ReadOnlySpan<AmfValue> values)
    {
        var payload = new ArrayBufferWriter<byte>(256);
        foreach (AmfValue value in values)
        {
            Amf0Writer.Write(payload, value);
        }

        Write(CommandChunkStreamId, type, 0, messageStreamId, payload.WrittenSpan);
    }

    /// <summary>Writes a message.</summary>
    /// <param name="chunkStreamId">From 2 to 63.</param>
    /// <param name="type">The message's type.</param>
    /// <param name="timestamp">Milliseconds; 32 bits that wrap.</param>
    /// <param name="messageStreamId">The stream it belongs to.</param>
    /// <param name="payload">At most 16 MiB − 1.</param>
    public void Write(int chunkStreamId, RtmpMessageType type, uint timestamp, uint messageStreamId, ReadOnlySpan<byte> payload)
    {
        bool isExtended = timestamp >= ExtendedTimestamp;
        Span<byte> header = stackalloc byte[16];
        header[0] = (byte)chunkStreamId;
        WriteUInt24(header[1..], Math.Min(timestamp, ExtendedTimestamp));
        WriteUInt24(header[4..], (uint)payload.Length);
        header[7] = (byte)type;
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], messageStreamId);
        BinaryPrimitives.WriteUInt32BigEndian(header[12..], timestamp);
        output.Write(header[..(isExtended ? 16 : 12)]);

        while (payload.Length > _chunkBytes)
        {
            output.Write(payload[.._chunkBytes]);
            payload = payload[_chunkBytes..];
            output.Write([(byte)(((int)ChunkFormat.Continuation << 6) | chunkStreamId)]);
            output.Write(isExtended ? header[12..] : default);
        }

        output.Write(payload);
    }

    private static void WriteUInt24(Span<byte> destination, uint value)
    {
        destination[0] = (byte)(value >> 16);
        destination[1] = (byte)(value >> 8);
        destination[2] = (byte)value;
    }
}

using System.Buffers.Binary;

namespace MediaServer.Media;

/// <summary>The headers around a payload: a few bytes, written for each send rather than kept with the frame.</summary>
internal static class FrameHeaders
{
    /// <summary>The longest: an FLV tag's header and trailer in a chunk of HTTP. The longest header of a WebSocket frame is as long as the chunk's.</summary>
    public const int MaxLengthBytes = HttpChunkHeaderBytes + FlvTagHeaderBytes + FlvTrailerBytes + HttpChunkTrailerBytes;

    public const int FlvTagHeaderBytes = 11;
    private const int FlvTrailerBytes = 4;
    private const int HttpChunkHeaderBytes = 10; // 8 digits and the line's end
    private const int HttpChunkTrailerBytes = 2;

    private const uint ExtendedTimestamp = 0xFFFFFF;

    /// <summary>Bytes before the payload.</summary>
    public static int BytesBefore(FrameEnvelope envelope, in FrameInfo info, int payloadBytes) => envelope switch
    {
        FrameEnvelope.Rtmp => TimestampOf(info) >= ExtendedTimestamp ? 16 : 12,
        FrameEnvelope.Flv => FlvTagHeaderBytes,
        FrameEnvelope.ChunkedFlv => HttpChunkHeaderBytes + FlvTagHeaderBytes,
        FrameEnvelope.WebSocketFlv => WebSocketBytes(payloadBytes) + FlvTagHeaderBytes,
        _ => 0,
    };

    /// <summary>Bytes behind the payload.</summary>
    public static int BytesBehind(FrameEnvelope envelope) => envelope switch
    {
        FrameEnvelope.Flv or FrameEnvelope.WebSocketFlv => FlvTrailerBytes,
        FrameEnvelope.ChunkedFlv => FlvTrailerBytes + HttpChunkTrailerBytes,
        _ => 0,
    };

    /// <summary>Writes what stands before the payload, and behind that what stands behind it.</summary>
    public static void Write(Span<byte> destination, FrameEnvelope envelope, in FrameInfo info, int payloadBytes)
    {
        if (envelope == FrameEnvelope.Rtmp)
        {
            WriteChunkHeader(destination, info, payloadBytes);
        }
        else if (envelope == FrameEnvelope.ChunkedFlv)
        {
            WriteChunkOfHttp(destination, FlvTagHeaderBytes + payloadBytes + FlvTrailerBytes);
            WriteTag(destination[HttpChunkHeaderBytes..^HttpChunkTrailerBytes], info, payloadBytes);
        }
        else if (envelope != FrameEnvelope.None)
        {
            Span<byte> tag = destination[^(FlvTagHeaderBytes + FlvTrailerBytes)..];
            WriteWebSocketHeader(destination[..^tag.Length], FlvTagHeaderBytes + payloadBytes + FlvTrailerBytes);
            WriteTag(tag, info, payloadBytes);
        }
    }

    private static void WriteChunkHeader(Span<byte> header, in FrameInfo info, int payloadBytes)
    {
        uint timestamp = TimestampOf(info);
        header[0] = info.Kind switch { MediaKind.Audio => 4, MediaKind.Video => 6, _ => 5 }; // chunk type 0 on a chunk stream per kind
        WriteUInt24(header[1..], Math.Min(timestamp, ExtendedTimestamp));
        WriteUInt24(header[4..], (uint)payloadBytes);
        header[7] = TypeOf(info.Kind);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], 1);
        if (header.Length > 12)
        {
            BinaryPrimitives.WriteUInt32BigEndian(header[12..], timestamp);
        }
    }

    private static void WriteTag(Span<byte> tag, in FrameInfo info, int payloadBytes)
    {
        uint timestamp = TimestampOf(info);
        tag[0] = TypeOf(info.Kind);
        WriteUInt24(tag[1..], (uint)payloadBytes);
        WriteUInt24(tag[4..], timestamp & 0xFFFFFF);
        tag[7] = (byte)(timestamp >> 24);
        WriteUInt24(tag[8..], 0);
        BinaryPrimitives.WriteUInt32BigEndian(tag[FlvTagHeaderBytes..], (uint)(payloadBytes + FlvTagHeaderBytes));
    }

    /// <summary>Writes the chunk's size, always in 8 digits, at the front, and line ends behind it and at the end.</summary>
    private static void WriteChunkOfHttp(Span<byte> chunk, int dataBytes)
    {
        for (int digit = 7; digit >= 0; digit--)
        {
            chunk[digit] = "0123456789ABCDEF"u8[dataBytes & 0xF];
            dataBytes >>= 4;
        }

        "\r\n"u8.CopyTo(chunk[8..]);
        "\r\n"u8.CopyTo(chunk[^HttpChunkTrailerBytes..]);
    }

    private static int WebSocketBytes(int payloadBytes) => (FlvTagHeaderBytes + payloadBytes + FlvTrailerBytes) switch
    {
        < 126 => 2,
        <= ushort.MaxValue => 4,
        _ => 10,
    };

    private static void WriteWebSocketHeader(Span<byte> header, int messageBytes)
    {
        if (header.IsEmpty)
        {
            return;
        }

        header[0] = 0x82; // FIN, binary
        header[1] = (byte)(header.Length switch { 2 => messageBytes, 4 => 126, _ => 127 });
        if (header.Length == 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)messageBytes);
        }
        else if (header.Length == 10)
        {
            BinaryPrimitives.WriteUInt64BigEndian(header[2..], (ulong)messageBytes);
        }
    }

    private static byte TypeOf(MediaKind kind) => kind switch { MediaKind.Audio => 8, MediaKind.Video => 9, _ => 18 };

    /// <summary>RTMP's clock has 32 bits and wraps. Metadata goes out at 0, or ffmpeg takes it for subtitles: docs/adr/0003.</summary>
    private static uint TimestampOf(in FrameInfo info) =>
        (info.Traits & FrameTraits.Metadata) != 0 ? 0 : unchecked((uint)info.Dts);

    private static void WriteUInt24(Span<byte> destination, uint value)
    {
        destination[0] = (byte)(value >> 16);
        destination[1] = (byte)(value >> 8);
        destination[2] = (byte)value;
    }
}

using System.Buffers.Binary;

namespace MediaServer.Media;

/// <summary>The headers around a payload, side by side in one block that every player's vectors point into.</summary>
internal static unsafe class FrameHeaders
{
    /// <summary>RTMP chunk header (12 or 16), WebSocket frame header (2, 4 or 10, up to the tag), FLV tag header, FLV trailer.</summary>
    public const int LengthBytes = FlvTrailerStart + FlvTrailerBytes;
    public const int FlvTagHeaderStart = 16 + 10;
    public const int FlvTagHeaderBytes = 11;
    public const int FlvTrailerStart = FlvTagHeaderStart + FlvTagHeaderBytes;
    public const int FlvTrailerBytes = 4;

    private const uint ExtendedTimestamp = 0xFFFFFF;

    public static int RtmpLengthBytes(in FrameInfo info) => TimestampOf(info) >= ExtendedTimestamp ? 16 : 12;

    /// <summary>Bytes of an FLV tag with that payload: header, payload, trailer.</summary>
    public static int FlvLengthBytes(int payloadBytes) => FlvTagHeaderBytes + payloadBytes + FlvTrailerBytes;

    /// <summary>Bytes of the WebSocket frame header before an FLV tag with that payload.</summary>
    public static int WebSocketLengthBytes(int payloadBytes) => FlvLengthBytes(payloadBytes) switch
    {
        < 126 => 2,
        <= ushort.MaxValue => 4,
        _ => 10,
    };

    public static void Write(byte* block, in FrameInfo info, int payloadBytes)
    {
        var bytes = new Span<byte>(block, LengthBytes);
        uint timestamp = TimestampOf(info);
        byte type = info.Kind switch { MediaKind.Audio => 8, MediaKind.Video => 9, _ => 18 };

        bytes[0] = info.Kind switch { MediaKind.Audio => 4, MediaKind.Video => 6, _ => 5 }; // chunk type 0 on a chunk stream per kind
        WriteUInt24(bytes[1..], Math.Min(timestamp, ExtendedTimestamp));
        WriteUInt24(bytes[4..], (uint)payloadBytes);
        bytes[7] = type;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], 1);
        if (timestamp >= ExtendedTimestamp)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], timestamp);
        }

        Span<byte> tag = bytes[FlvTagHeaderStart..];
        tag[0] = type;
        WriteUInt24(tag[1..], (uint)payloadBytes);
        WriteUInt24(tag[4..], timestamp & 0xFFFFFF);
        tag[7] = (byte)(timestamp >> 24);
        WriteUInt24(tag[8..], 0);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[FlvTrailerStart..], (uint)(payloadBytes + FlvTagHeaderBytes));

        int webSocketBytes = WebSocketLengthBytes(payloadBytes);
        WriteWebSocket(bytes[(FlvTagHeaderStart - webSocketBytes)..FlvTagHeaderStart], FlvLengthBytes(payloadBytes));
    }

    /// <summary>RTMP's clock has 32 bits and wraps. Metadata goes out at 0, or ffmpeg takes it for subtitles: docs/adr/0003.</summary>
    private static uint TimestampOf(in FrameInfo info) =>
        (info.Traits & FrameTraits.Metadata) != 0 ? 0 : unchecked((uint)info.Dts);

    private static void WriteWebSocket(Span<byte> header, int messageBytes)
    {
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

    private static void WriteUInt24(Span<byte> destination, uint value)
    {
        destination[0] = (byte)(value >> 16);
        destination[1] = (byte)(value >> 8);
        destination[2] = (byte)value;
    }
}

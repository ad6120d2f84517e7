using System.Buffers;
using System.Buffers.Binary;

namespace MediaServer.Playback;

/// <summary>What a WebSocket frame is (RFC 6455 §5.2).</summary>
internal enum WebSocketOpcode
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// <summary>The header of a frame from a client (RFC 6455 §5.2), as it stands there: its meaning is not checked yet.</summary>
/// <param name="First">FIN, three reserved bits and the opcode.</param>
/// <param name="IsMasked">Whether a mask of 4 bytes ends the header, as it must in a frame of a client.</param>
/// <param name="PayloadBytes">Length of what follows; negative when it claims more than 63 bits can say.</param>
/// <param name="LengthBytes">Length of the header, 2 to 14.</param>
internal readonly record struct WebSocketFrameHeader(byte First, bool IsMasked, long PayloadBytes, int LengthBytes)
{
    public const int MaskBytes = 4;
    public const byte Fin = 0x80;

    public WebSocketOpcode Opcode => (WebSocketOpcode)(First & 0x0F);

    /// <summary>Whether it is the last, or only, frame of its message.</summary>
    public bool IsFinal => (First & Fin) != 0;

    /// <summary>Whether it stands for itself, and may come between the frames of a message.</summary>
    public bool IsControl => (First & 0x08) != 0;

    /// <summary>Whether its bits keep the rules: nothing reserved, an opcode that there is, a mask, and the shortest form of the length.</summary>
    public bool IsWellFormed => (First & 0x70) == 0
        && Opcode is WebSocketOpcode.Continuation or WebSocketOpcode.Text or WebSocketOpcode.Binary
            or WebSocketOpcode.Close or WebSocketOpcode.Ping or WebSocketOpcode.Pong
        && IsMasked
        && LengthBytes - MaskBytes == PayloadBytes switch { < 0 => 0, < 126 => 2, <= ushort.MaxValue => 4, _ => 10 };

    /// <summary>Reads a header; the caller's reader stays where it is.</summary>
    /// <returns>Whether all of it is there.</returns>
    public static bool TryRead(SequenceReader<byte> input, out WebSocketFrameHeader header)
    {
        Span<byte> start = stackalloc byte[2];
        header = default;
        if (!input.TryCopyTo(start))
        {
            return false;
        }

        bool isMasked = (start[1] & 0x80) != 0;
        int short7 = start[1] & 0x7F;
        Span<byte> bytes = stackalloc byte[short7 switch { 126 => 4, 127 => 10, _ => 2 }];
        int lengthBytes = bytes.Length + (isMasked ? MaskBytes : 0);
        if (input.Remaining < lengthBytes)
        {
            return false;
        }

        input.TryCopyTo(bytes);
        long payloadBytes = bytes.Length switch
        {
            4 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            10 => BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
            _ => short7,
        };
        header = new WebSocketFrameHeader(start[0], isMasked, payloadBytes, lengthBytes);
        return true;
    }
}

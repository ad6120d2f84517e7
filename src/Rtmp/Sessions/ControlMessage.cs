using System.Buffers.Binary;

namespace MediaServer.Rtmp;

/// <summary>A protocol control message (RTMP 1.0 §5.4) or user control message (§7.1.7).</summary>
/// <param name="Type">Its type.</param>
/// <param name="Event">Of a user control message, what it is about; there are more than have a name.</param>
/// <param name="Value">Its first number, of a user control message the one behind the event; 0 when an event is of no interest.</param>
internal readonly record struct ControlMessage(RtmpMessageType Type, UserControlEvent Event, uint Value)
{
    /// <summary>Reads the payload of such a message.</summary>
    /// <exception cref="RtmpProtocolException">It has the wrong length for its type.</exception>
    public static ControlMessage Parse(RtmpMessageType type, ReadOnlySpan<byte> payload) => type switch
    {
        RtmpMessageType.UserControl => ParseUserControl(payload),
        RtmpMessageType.SetPeerBandwidth when payload.Length == sizeof(uint) + 1 => Of(type, payload),
        not RtmpMessageType.SetPeerBandwidth when payload.Length == sizeof(uint) => Of(type, payload),
        _ => throw Malformed(type, payload),
    };

    private static ControlMessage ParseUserControl(ReadOnlySpan<byte> payload)
    {
        const RtmpMessageType Type = RtmpMessageType.UserControl;
        if (payload.Length < sizeof(ushort))
        {
            throw Malformed(Type, payload);
        }

        var @event = (UserControlEvent)BinaryPrimitives.ReadUInt16BigEndian(payload);
        ReadOnlySpan<byte> rest = payload[sizeof(ushort)..];
        return @event switch
        {
            not (UserControlEvent.PingRequest or UserControlEvent.PingResponse or UserControlEvent.StreamEnd) => new(Type, @event, 0),
            _ when rest.Length < sizeof(uint) => throw Malformed(Type, payload),
            _ => new(Type, @event, BinaryPrimitives.ReadUInt32BigEndian(rest)),
        };
    }

    private static ControlMessage Of(RtmpMessageType type, ReadOnlySpan<byte> payload) =>
        new(type, default, BinaryPrimitives.ReadUInt32BigEndian(payload));

    private static RtmpProtocolException Malformed(RtmpMessageType type, ReadOnlySpan<byte> payload) =>
        new(CloseReason.MalformedControlMessage, $"A control message of type {type} and {payload.Length} bytes.");
}

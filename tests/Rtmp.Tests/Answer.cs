using System.Buffers.Binary;

namespace MediaServer.Rtmp.Tests;

/// <summary>A message that a session wrote.</summary>
internal sealed record Answer(RtmpMessageType Type, uint MessageStreamId, byte[] Payload)
{
    /// <summary>The four bytes that most control messages are; of a user control message those behind the event.</summary>
    public uint Number => BinaryPrimitives.ReadUInt32BigEndian(Payload.AsSpan(Type == RtmpMessageType.UserControl ? 2 : 0));

    public RtmpCommand Command => RtmpCommand.Parse(Payload);

    /// <summary>Name of a command, with its code if it has one; type of anything else.</summary>
    public override string ToString() => Type switch
    {
        RtmpMessageType.Command when Command[1]["code"].Text is { } code => $"{Command.Name} {code}",
        RtmpMessageType.Command => Command.Name,
        RtmpMessageType.Data when ScriptData.TryReadName(Payload, out string name, out _) => $"data {name}",
        RtmpMessageType.UserControl => $"user control {Payload[1]}",
        _ => Type.ToString(),
    };

    public static Answer Read(ChunkStream message)
    {
        byte[] payload = message.Buffer.Written.ToArray();
        if (message.Destination == MessageDestination.Payload)
        {
            payload = new byte[message.Payload!.LengthBytes];
            message.Payload.CopyPrefix(payload);
        }

        return new Answer(message.Header.Type, message.Header.MessageStreamId, payload);
    }
}

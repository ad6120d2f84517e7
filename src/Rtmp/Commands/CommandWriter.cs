namespace MediaServer.Rtmp;

/// <summary>The commands that sessions write (RTMP 1.0 §7.2).</summary>
internal static class CommandWriter
{
    private const double NoTransaction = 0;

    /// <summary>Writes a call of the peer.</summary>
    public static void WriteCommand(
        this ChunkWriter writer, uint messageStreamId, string name, double transactionId, params ReadOnlySpan<AmfValue> values) =>
        writer.WriteValues(RtmpMessageType.Command, messageStreamId, [name, transactionId, .. values]);

    /// <summary>Answers a command with a value, if it wants an answer.</summary>
    public static void WriteResult(this ChunkWriter writer, RtmpCommand command, AmfValue result = default)
    {
        if (command.WantsAnswer)
        {
            writer.WriteCommand(0, "_result", command.TransactionId, AmfValue.Null, result);
        }
    }

    /// <summary>Answers a command with an error, if its transaction wants an answer.</summary>
    public static void WriteError(this ChunkWriter writer, double transactionId, string code, string description)
    {
        if (RtmpCommand.IsAnswerable(transactionId))
        {
            writer.WriteCommand(0, "_error", transactionId, AmfValue.Null, Information("error", code, description));
        }
    }

    /// <summary>Answers <c>connect</c> (§7.2.1.1), with what the server can do if the client said such a thing of itself.</summary>
    public static void WriteConnected(this ChunkWriter writer, ConnectRequest connect)
    {
        RtmpCapabilities capabilities = connect.Capabilities.IsEnhanced ? RtmpCapabilities.Forwarder : RtmpCapabilities.None; // docs/adr/0007
        AmfValue properties = AmfValue.FromObject(
        [
            new("fmsVer", "FMS/3,5,7,7009"), // clients parse it
            new("capabilities", 31),
            new("mode", 1),
            .. capabilities.ToProperties(),
        ]);
        AmfValue information = AmfValue.FromObject(
            new("level", "status"),
            new("code", "NetConnection.Connect.Success"),
            new("description", "Connected."),
            new("objectEncoding", connect.ObjectEncoding));
        writer.WriteCommand(0, "_result", connect.TransactionId, properties, information);
    }

    /// <summary>Writes how a stream's state changed (§7.2.2).</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="messageStreamId">The stream it is about.</param>
    /// <param name="level"><c>status</c>, <c>warning</c> or <c>error</c>; the last ends ffmpeg whatever the code.</param>
    /// <param name="code">What happened.</param>
    /// <param name="description">The same in words.</param>
    public static void WriteStatus(this ChunkWriter writer, uint messageStreamId, string level, string code, string description) =>
        writer.WriteCommand(messageStreamId, "onStatus", NoTransaction, AmfValue.Null, Information(level, code, description));

    /// <summary>Writes the second answer to <c>FCPublish</c> and its like, a call that refers to no transaction.</summary>
    public static void WriteNotice(this ChunkWriter writer, string name, string code) =>
        writer.WriteCommand(0, name, NoTransaction, AmfValue.Null, Information("status", code, "Ready."));

    private static AmfValue Information(string level, string code, string description) => AmfValue.FromObject(
        new("level", level),
        new("code", code),
        new("description", description));
}

using MediaServer.Rtmp;

namespace MediaServer.Fuzz.Targets;

/// <summary>Command messages: refused as malformed, or read as something that can be written again.</summary>
internal sealed class CommandTarget : FuzzTarget
{
    public override string Name => "command";

    public override IEnumerable<byte[]> Seeds =>
    [
        Command("connect", 1, AmfValue.FromObject(new("app", "live"), new("tcUrl", "rtmp://localhost/live"), new("capabilities", 15))),
        Command("publish", 5, AmfValue.Null, "show?key=secret", "live"),
        Command("play", 4, AmfValue.Null, "show", -2000, -1, true),
        Command("_result", 1, AmfValue.Null, AmfValue.FromObject(new("level", "status"), new("code", "NetConnection.Connect.Success"))),
        Command("deleteStream", 0, AmfValue.Null, "show"),
    ];

    public override IReadOnlyList<byte[]> Tokens => SessionSeeds.Tokens;

    public override long MaxAllocatedBytes(int inputBytes) => (8 * 1024 * 1024) + (64L * inputBytes);

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        RtmpCommand command;
        try
        {
            command = RtmpCommand.Parse(input);
        }
        catch (RtmpProtocolException broken)
        {
            Oracle.Same(CloseReason.MalformedCommand, broken.Reason, "reason");
            outcome.Add(-1L);
            return;
        }

        Oracle.Holds(command.Name.Length > 0, "a command without a name");
        Oracle.Holds(!command.WantsAnswer || (double.IsFinite(command.TransactionId) && command.TransactionId != 0), "an answer to no transaction");
        Oracle.Same(command.Name, command.ToString(), "what may stand in a log");
        outcome.Add(command.Name.Length > 32 ? "long" : command.Name);
        outcome.Add(command.WantsAnswer);
        for (int i = 0; i < 6; i++)
        {
            AmfComparison.AssertSurvivesWriting(command[i]);
            outcome.Add((long)command[i].Kind);
        }
    }

    private static byte[] Command(string name, double transactionId, params AmfValue[] values) =>
        [.. new AmfValue[] { name, transactionId }.Concat(values).SelectMany(AmfComparison.Write)];
}

using System.Buffers;
using MediaServer.Rtmp;
using MediaServer.TestKit;

namespace MediaServer.Fuzz.Targets;

/// <summary>The server's handshake: answered once and whole, in the same way however the bytes arrive.</summary>
internal sealed class HandshakeTarget : FuzzTarget
{
    public override string Name => "handshake";

    public override IEnumerable<byte[]> Seeds => Captures.All.Select(bytes => bytes[..Captures.HandshakeBytes]);

    public override IReadOnlyList<byte[]> Tokens => [[3], [6], [8], [0x16], [0, 0, 0, 0], [9, 0, 124, 2], .. TokensOf("GET / HTTP/1.1\r\n", "POST /open/1")];

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        int cut = input.Length == 0 ? 0 : (input.Length * input[0] / 7) % (input.Length + 1);
        (long consumed, int answered, bool isDone, CloseReason? fault) whole = Shake(input, input.Length);
        Oracle.Same(whole, Shake(input, cut), "whole and in two pieces");

        Oracle.Holds(whole.answered is 0 or Captures.HandshakeBytes, "half an answer");
        Oracle.Holds(whole.isDone == (whole.consumed == Captures.HandshakeBytes), "done without having read all, or the other way round");
        Oracle.Holds(whole.fault is null || whole.answered == 0, "answered what it refused");
        outcome.Add(whole.consumed);
        outcome.Add(whole.fault is null ? -1L : (long)whole.fault);
    }

    private static (long Consumed, int Answered, bool IsDone, CloseReason? Fault) Shake(byte[] input, int cut)
    {
        var output = new ArrayBufferWriter<byte>(Captures.HandshakeBytes);
        var handshake = new ServerHandshake(output);
        ReadOnlySequence<byte> received = Wire.Cut(input, cut);
        long consumed = 0;
        CloseReason? fault = null;
        try
        {
            foreach (long arrived in (ReadOnlySpan<long>)[cut, input.Length])
            {
                consumed += handshake.IsDone ? 0 : handshake.Receive(received.Slice(consumed, arrived - consumed));
            }
        }
        catch (RtmpProtocolException broken)
        {
            fault = broken.Reason;
        }

        Oracle.Holds(output.WrittenCount == 0 || output.WrittenSpan[0] == 3, "the answer is not of version 3");
        return (consumed, output.WrittenCount, handshake.IsDone, fault);
    }
}

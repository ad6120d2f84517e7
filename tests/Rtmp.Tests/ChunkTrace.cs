using System.Buffers;

namespace MediaServer.Rtmp.Tests;

/// <summary>Reads messages out of chunks, the way a connection does: what was not consumed comes again, with more behind it.</summary>
internal static class ChunkTrace
{
    /// <summary>Each segment of the sequence arrives on its own.</summary>
    public static List<(RtmpMessageHeader Header, byte[] Payload)> ReadAsItArrives(ChunkReader reader, ReadOnlySequence<byte> bytes)
    {
        var messages = new List<(RtmpMessageHeader Header, byte[] Payload)>();
        long arrived = 0;
        long consumed = 0;
        foreach (ReadOnlyMemory<byte> piece in bytes)
        {
            arrived += piece.Length;
            var input = new SequenceReader<byte>(bytes.Slice(consumed, arrived - consumed));
            while (reader.Read(ref input) is { } message)
            {
                messages.Add((message.Header, Answer.Read(message).Payload));
                reader.Finish(message);
            }

            consumed += input.Consumed;
            Assert.InRange(arrived - consumed, 0, 17); // only a header may wait
        }

        Assert.Equal(bytes.Length, consumed);
        return messages;
    }
}

using System.Buffers;
using System.Buffers.Binary;

namespace MediaServer.Rtmp.Tests;

/// <summary>Writes messages as a peer might that uses everything the chunk format allows; the choices are random but repeatable.</summary>
internal sealed class ChunkEncoder(Random random, bool repeatsExtendedTimestamp)
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly Dictionary<int, State> _states = [];
    private int _chunkBytes = 128;

    public static int[] Ids { get; } = [3, 4, 6, 63, 64, 319, 320, 65_599];

    public byte[] Written => _output.WrittenSpan.ToArray();

    /// <summary>Writes messages, each list on its own chunk stream, chunk by chunk in random turns.</summary>
    /// <returns>The messages in the order in which they end.</returns>
    public List<(RtmpMessageHeader Header, byte[] Payload)> Write(IReadOnlyList<Queue<(RtmpMessageHeader Header, byte[] Payload)>> streams)
    {
        var ended = new List<(RtmpMessageHeader Header, byte[] Payload)>();
        while (streams.Any(stream => stream.Count > 0))
        {
            if (random.Next(20) == 0)
            {
                ChangeChunkSize();
            }

            int index = random.Next(streams.Count);
            if (streams[index].TryPeek(out (RtmpMessageHeader Header, byte[] Payload) message) && WriteChunk(Ids[index], message))
            {
                ended.Add(streams[index].Dequeue());
            }
        }

        return ended;
    }

    private void ChangeChunkSize()
    {
        _chunkBytes = random.Next(4, 300); // this message itself has to fit in one
        Span<byte> message = stackalloc byte[16];
        message[0] = 2;
        message[6] = 4;
        message[7] = 1;
        BinaryPrimitives.WriteInt32BigEndian(message[12..], _chunkBytes);
        _output.Write(message);
    }

    private bool WriteChunk(int id, (RtmpMessageHeader Header, byte[] Payload) message)
    {
        if (!_states.TryGetValue(id, out State? state))
        {
            _states[id] = state = new State();
        }

        if (state.Written == 0)
        {
            WriteHeader(id, state, message.Header);
        }
        else
        {
            WriteBasicHeader(3, id);
            if (state.Field >= 0xFFFFFF && repeatsExtendedTimestamp)
            {
                WriteUInt32(state.Field);
            }
        }

        int length = Math.Min(_chunkBytes, message.Payload.Length - state.Written);
        _output.Write(message.Payload.AsSpan(state.Written, length));
        state.Written += length;
        if (state.Written < message.Payload.Length)
        {
            return false;
        }

        state.Written = 0;
        return true;
    }

    private void WriteHeader(int id, State state, in RtmpMessageHeader header)
    {
        uint delta = unchecked(header.Timestamp - state.Header.Timestamp);
        bool sameStream = state.IsUsed && header.MessageStreamId == state.Header.MessageStreamId;
        bool sameLength = sameStream && header.LengthBytes == state.Header.LengthBytes && header.Type == state.Header.Type;
        int shortest = !sameStream ? 0 : !sameLength ? 1 : delta != state.Delta ? 2 : 3;
        int format = random.Next(shortest + 1);

        WriteBasicHeader(format, id);
        if (format < 3)
        {
            state.Delta = format == 0 ? 0 : delta;
            state.Field = format == 0 ? header.Timestamp : delta;
            WriteUInt24(Math.Min(state.Field, 0xFFFFFF));
        }

        if (format < 2)
        {
            WriteUInt24((uint)header.LengthBytes);
            _output.Write([(byte)header.Type]);
        }

        if (format == 0)
        {
            Span<byte> streamId = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(streamId, header.MessageStreamId);
            _output.Write(streamId);
        }

        if (state.Field >= 0xFFFFFF)
        {
            WriteUInt32(state.Field);
        }

        state.Header = header;
        state.IsUsed = true;
    }

    private void WriteBasicHeader(int format, int id)
    {
        byte top = (byte)(format << 6);
        _output.Write(id switch
        {
            < 64 => [(byte)(top | id)],
            < 320 => [top, (byte)(id - 64)],
            _ => (ReadOnlySpan<byte>)[(byte)(top | 1), (byte)(id - 64), (byte)((id - 64) >> 8)],
        });
    }

    private void WriteUInt24(uint value) => _output.Write([(byte)(value >> 16), (byte)(value >> 8), (byte)value]);

    private void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_output.GetSpan(4), value);
        _output.Advance(4);
    }

    private sealed class State
    {
        public RtmpMessageHeader Header { get; set; }

        public uint Delta { get; set; }

        public uint Field { get; set; }

        public int Written { get; set; }

        public bool IsUsed { get; set; }
    }
}

using System.Buffers.Binary;
using MediaServer.Rtmp;

namespace MediaServer.Load;

/// <summary>
/// Reads the chunk headers (RTMP 1.0 §5.3.1) of what a server sends, from the handshake on, and the first bytes of each message; all other
/// bytes are dropped. So a thousand players cost little, whoever answers the server.
/// </summary>
/// <param name="sink">Takes the messages.</param>
internal sealed class ChunkScanner(IMessageSink sink)
{
    private const int HandshakeBytes = 1 + 1536 + 1536; // S0, S1, S2
    private const int MaxChunkStreams = 64;
    private const uint Extended = 0xFFFFFF;

    private static readonly byte[] MessageHeaderBytes = [11, 7, 3, 0];

    private readonly List<ChunkStream> _streams = [];
    private readonly byte[] _header = new byte[3 + 11 + 4];
    private int _headerBytes;
    private int _handshakeLeft = HandshakeBytes;
    private int _chunkBytes = 128;
    private ChunkStream? _current;
    private int _left; // of the current chunk

    /// <summary>Reads on.</summary>
    /// <returns>Whether it is RTMP, as far as that is looked at.</returns>
    public bool Scan(ReadOnlySpan<byte> bytes)
    {
        int skipped = Math.Min(_handshakeLeft, bytes.Length);
        _handshakeLeft -= skipped;
        bytes = bytes[skipped..];
        while (!bytes.IsEmpty)
        {
            if (_current is null && !TryReadHeader(ref bytes))
            {
                return false;
            }

            if (_current is not { } stream)
            {
                continue;
            }

            int length = Math.Min(_left, bytes.Length);
            stream.Head.Append(bytes[..length]);
            bytes = bytes[length..];
            _left -= length;
            if (_left == 0)
            {
                _current = null;
                Finish(stream);
            }
        }

        return true;
    }

    private void Finish(ChunkStream stream)
    {
        if (stream.Head.SeenBytes < stream.LengthBytes)
        {
            return; // more chunks follow
        }

        if (stream.Type == RtmpMessageType.SetChunkSize && stream.Head.Bytes.Length >= sizeof(uint))
        {
            _chunkBytes = (int)Math.Clamp(BinaryPrimitives.ReadUInt32BigEndian(stream.Head.Bytes), 1, int.MaxValue);
        }

        sink.OnMessage(stream.Type, stream.Timestamp, stream.LengthBytes, stream.Head.Bytes);
        stream.IsOpen = false;
    }

    /// <summary>Collects the bytes of a header, which may come one by one, and reads it when it is whole.</summary>
    private bool TryReadHeader(ref ReadOnlySpan<byte> bytes)
    {
        while (_headerBytes < NeededBytes())
        {
            if (bytes.IsEmpty)
            {
                return true;
            }

            int length = Math.Min(NeededBytes() - _headerBytes, bytes.Length);
            bytes[..length].CopyTo(_header.AsSpan(_headerBytes));
            _headerBytes += length;
            bytes = bytes[length..];
        }

        if (_streams.Count > MaxChunkStreams)
        {
            return false;
        }

        ReadHeader();
        return true;
    }

    private int BasicBytes() => (_header[0] & 63) switch { 0 => 2, 1 => 3, _ => 1 };

    /// <summary>Bytes of the header, as far as those that are there tell.</summary>
    private int NeededBytes()
    {
        if (_headerBytes == 0)
        {
            return 1;
        }

        int format = _header[0] >> 6;
        int basic = BasicBytes();
        int needed = basic + MessageHeaderBytes[format];
        if (_headerBytes < needed)
        {
            return needed;
        }

        bool isExtended = format == 3 ? FindStream().IsExtended : ReadUInt24(_header.AsSpan(basic)) == Extended;
        return needed + (isExtended ? sizeof(uint) : 0);
    }

    private void ReadHeader()
    {
        int format = _header[0] >> 6;
        ReadOnlySpan<byte> fields = _header.AsSpan(BasicBytes());
        ChunkStream stream = FindStream();
        uint time = stream.Delta;
        if (format < 3)
        {
            time = ReadUInt24(fields);
            stream.IsExtended = time == Extended;
        }

        if (stream.IsExtended)
        {
            time = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(_headerBytes - sizeof(uint)));
        }

        if (format < 2)
        {
            stream.LengthBytes = (int)ReadUInt24(fields[3..]);
            stream.Type = (RtmpMessageType)fields[6];
        }

        if (!stream.IsOpen)
        {
            stream.Begin(time, isAbsolute: format == 0, isNew: format < 3);
        }

        _left = Math.Min(_chunkBytes, stream.LengthBytes - stream.Head.SeenBytes);
        _headerBytes = 0;
        if (_left > 0)
        {
            _current = stream;
        }
        else
        {
            Finish(stream); // empty
        }
    }

    private ChunkStream FindStream()
    {
        int id = BasicBytes() switch { 1 => _header[0] & 63, 2 => 64 + _header[1], _ => 64 + _header[1] + (_header[2] << 8) };
        foreach (ChunkStream stream in _streams)
        {
            if (stream.Id == id)
            {
                return stream;
            }
        }

        var added = new ChunkStream(id);
        _streams.Add(added);
        return added;
    }

    private static uint ReadUInt24(ReadOnlySpan<byte> bytes) => ((uint)bytes[0] << 16) | ((uint)bytes[1] << 8) | bytes[2];

    private sealed class ChunkStream(int id)
    {
        public int Id => id;

        public MessageHead Head { get; } = new();

        public RtmpMessageType Type { get; set; }

        public int LengthBytes { get; set; }

        public uint Timestamp { get; private set; }

        public uint Delta { get; private set; }

        public bool IsExtended { get; set; }

        public bool IsOpen { get; set; }

        public void Begin(uint time, bool isAbsolute, bool isNew)
        {
            Timestamp = isAbsolute ? time : unchecked(Timestamp + time);
            Delta = isAbsolute ? 0 : isNew ? time : Delta;
            Head.Clear();
            IsOpen = true;
        }
    }
}

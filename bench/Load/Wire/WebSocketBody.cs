using System.Buffers.Binary;

namespace MediaServer.Load;

/// <summary>The frames of a WebSocket, as a server sends them: not masked (RFC 6455 §5.2). Answers pings.</summary>
/// <param name="answer">Sends a frame to the server.</param>
internal sealed class WebSocketBody(Action<byte[]> answer) : IBody
{
    private const int Ping = 9;
    private const int Close = 8;
    private const int MaxControlBytes = 125;

    private readonly byte[] _header = new byte[10];
    private readonly List<byte> _control = [];
    private int _headerBytes;
    private long _left;

    private int Opcode => _header[0] & 0x0F;

    private int NeededBytes => _headerBytes < 2 ? 2 : (_header[1] & 0x7F) switch { 126 => 4, 127 => 10, _ => 2 };

    public bool Read(ReadOnlySpan<byte> bytes, FlvScanner scanner)
    {
        while (!bytes.IsEmpty)
        {
            if (_headerBytes < NeededBytes)
            {
                _header[_headerBytes++] = bytes[0];
                bytes = bytes[1..];
                if (_headerBytes == NeededBytes)
                {
                    _left = NeededBytes switch
                    {
                        4 => BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(2)),
                        10 => BinaryPrimitives.ReadInt64BigEndian(_header.AsSpan(2)),
                        _ => _header[1],
                    };
                }
            }
            else
            {
                int length = (int)Math.Min(_left, bytes.Length);
                if (!Take(bytes[..length], scanner))
                {
                    return false;
                }

                _left -= length;
                bytes = bytes[length..];
            }

            if (_headerBytes == NeededBytes && _left == 0 && !EndFrame())
            {
                return false;
            }
        }

        return true;
    }

    private bool Take(ReadOnlySpan<byte> bytes, FlvScanner scanner)
    {
        if (Opcode < Close)
        {
            return scanner.Scan(bytes);
        }

        _control.AddRange(bytes);
        return _control.Count <= MaxControlBytes;
    }

    private bool EndFrame()
    {
        const byte Final = 0x80;
        const byte Masked = 0x80;
        const byte Pong = 10;

        if (Opcode == Ping)
        {
            answer([Final | Pong, (byte)(Masked | _control.Count), 0, 0, 0, 0, .. _control]); // masked with zeros
        }

        _control.Clear();
        _headerBytes = 0;
        return Opcode != Close;
    }
}

using System.Buffers.Text;

namespace MediaServer.Load;

/// <summary>HTTP's chunked transfer coding (RFC 9112 §7.1).</summary>
internal sealed class ChunkedBody : IBody
{
    private readonly byte[] _line = new byte[64];
    private int _lineBytes;
    private long _left; // of the chunk
    private int _lineEndLeft;

    public bool Read(ReadOnlySpan<byte> bytes, FlvScanner scanner)
    {
        while (!bytes.IsEmpty)
        {
            int length = (int)Math.Min(Math.Max(_left, _lineEndLeft), bytes.Length);
            if (_left > 0)
            {
                if (!scanner.Scan(bytes[..length]))
                {
                    return false;
                }

                _left -= length;
                _lineEndLeft = _left == 0 ? 2 : 0;
            }
            else if (_lineEndLeft > 0)
            {
                _lineEndLeft -= length;
            }
            else
            {
                length = 1;
                if (!TakeOfLine(bytes[0]))
                {
                    return false;
                }
            }

            bytes = bytes[length..];
        }

        return true;
    }

    private bool TakeOfLine(byte next)
    {
        if (next != '\n')
        {
            _line[_lineBytes++] = next;
            return _lineBytes < _line.Length;
        }

        bool isRight = Utf8Parser.TryParse(_line.AsSpan(0, _lineBytes), out _left, out _, 'x') && _left > 0; // 0 ends the stream
        _lineBytes = 0;
        return isRight;
    }
}

using System.Diagnostics;

namespace MediaServer.Media;

/// <summary>Reads bytes that lie in several fragments as if they were one run. A copy of it reads on by itself.</summary>
internal ref struct FragmentReader
{
    private ReadOnlySpan<FrameFragment> _next;
    private ReadOnlySpan<byte> _current;

    public FragmentReader(ReadOnlySpan<FrameFragment> fragments)
    {
        _next = fragments;
        foreach (FrameFragment fragment in fragments)
        {
            Remaining += fragment.LengthBytes;
        }
    }

    /// <summary>Reads bytes that lie in one run already.</summary>
    public FragmentReader(ReadOnlySpan<byte> bytes)
    {
        _current = bytes;
        Remaining = bytes.Length;
    }

    /// <summary>Bytes left to read.</summary>
    public int Remaining { get; private set; }

    /// <summary>Reads one byte, of which there is at least one.</summary>
    public byte ReadByte()
    {
        Debug.Assert(Remaining > 0, "The caller looks at what remains first.");
        while (_current.IsEmpty)
        {
            NextFragment();
        }

        byte value = _current[0];
        _current = _current[1..];
        Remaining--;
        return value;
    }

    /// <summary>Reads bytes, of which there are as many, into an array of their own.</summary>
    public byte[] ReadBytes(int count)
    {
        byte[] bytes = new byte[count];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Reads as many bytes as the destination has room for; there are as many.</summary>
    public void CopyTo(scoped Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            ReadOnlySpan<byte> piece = ReadPiece(destination.Length);
            piece.CopyTo(destination);
            destination = destination[piece.Length..];
        }
    }

    /// <summary>Reads an unsigned number of 1 to 4 bytes; reads nothing when there are fewer.</summary>
    public bool TryReadBigEndian(int bytes, out uint value)
    {
        value = 0;
        if (bytes > Remaining)
        {
            return false;
        }

        for (; bytes > 0; bytes--)
        {
            value = (value << 8) | ReadByte();
        }

        return true;
    }

    /// <summary>Leaves bytes out; none when there are fewer.</summary>
    public bool TrySkip(int bytes)
    {
        if (bytes > Remaining)
        {
            return false;
        }

        Remaining -= bytes;
        while (bytes > _current.Length)
        {
            bytes -= _current.Length;
            NextFragment();
        }

        _current = _current[bytes..];
        return true;
    }

    /// <summary>
    /// Whether the bytes that come next are those expected. Zeros at the end of either do not count: no NAL unit or OBU payload ends with
    /// one, but some encoders leave there what belonged to a start code.
    /// </summary>
    /// <param name="expected">The bytes expected.</param>
    /// <param name="length">How many bytes to look at; there are as many.</param>
    public readonly bool IsSame(ReadOnlySpan<byte> expected, int length)
    {
        FragmentReader bytes = this;
        int common = Math.Min(length, expected.Length);
        ReadOnlySpan<byte> expectedZeros = expected[common..]; // looked at last: who sends little must not have much compared
        expected = expected[..common];
        while (!expected.IsEmpty)
        {
            ReadOnlySpan<byte> piece = bytes.ReadPiece(expected.Length);
            if (!expected.StartsWith(piece))
            {
                return false;
            }

            expected = expected[piece.Length..];
        }

        for (int zeros = length - common; zeros > 0;)
        {
            ReadOnlySpan<byte> piece = bytes.ReadPiece(zeros);
            if (piece.ContainsAnyExcept((byte)0))
            {
                return false;
            }

            zeros -= piece.Length;
        }

        return !expectedZeros.ContainsAnyExcept((byte)0);
    }

    /// <summary>Reads at least one byte and at most so many, as lie in one run; there are as many.</summary>
    private ReadOnlySpan<byte> ReadPiece(int most)
    {
        Debug.Assert(Remaining >= most, "The caller looks at what remains first.");
        while (_current.IsEmpty)
        {
            NextFragment();
        }

        ReadOnlySpan<byte> piece = _current[..Math.Min(most, _current.Length)];
        _current = _current[piece.Length..];
        Remaining -= piece.Length;
        return piece;
    }

    private void NextFragment()
    {
        _current = _next[0].Span;
        _next = _next[1..];
    }
}

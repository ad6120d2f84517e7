using System.Buffers;

namespace MediaServer.TestKit;

/// <summary>Bytes as they may arrive: whole, cut in two at every position, one by one.</summary>
public static class Wire
{
    /// <summary>The bytes that hexadecimal digits stand for. White space between them is left out, so that fields can stand apart.</summary>
    /// <exception cref="FormatException">Something else than pairs of hexadecimal digits.</exception>
    public static byte[] Hex(string hex) => Convert.FromHexString(string.Concat(hex.Where(digit => !char.IsWhiteSpace(digit))));

    /// <inheritdoc cref="EverySplitOf(byte[])"/>
    public static IEnumerable<ReadOnlySequence<byte>> EverySplitOf(string hex) => EverySplitOf(Hex(hex));

    /// <summary>The same bytes whole, then cut in two at every position, then byte by byte.</summary>
    public static IEnumerable<ReadOnlySequence<byte>> EverySplitOf(byte[] bytes)
    {
        yield return new ReadOnlySequence<byte>(bytes);
        for (int cut = 1; cut < bytes.Length; cut++)
        {
            yield return Cut(bytes, cut);
        }

        if (bytes.Length > 2)
        {
            yield return Cut(bytes, [.. Enumerable.Range(1, bytes.Length - 1)]);
        }
    }

    /// <summary>The bytes cut before each of the given positions. Equal positions make an empty piece between them.</summary>
    /// <param name="bytes">The bytes; not copied.</param>
    /// <param name="positions">From 0 to the length, ascending.</param>
    public static ReadOnlySequence<byte> Cut(ReadOnlyMemory<byte> bytes, params ReadOnlySpan<int> positions)
    {
        var pieces = new List<ReadOnlyMemory<byte>>(positions.Length + 1);
        int start = 0;
        foreach (int position in positions)
        {
            pieces.Add(bytes[start..position]);
            start = position;
        }

        pieces.Add(bytes[start..]);
        return Join(pieces);
    }

    /// <summary>Pieces one behind the other, each a segment of its own.</summary>
    public static ReadOnlySequence<byte> Join(IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        Segment? first = null;
        Segment? last = null;
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            last = new Segment(piece, last);
            first ??= last;
        }

        return first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}

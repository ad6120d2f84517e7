using System.Buffers.Text;

namespace MediaServer.Load;

/// <summary>
/// When a frame was published, and the how-manieth of its kind it is: 16 bytes to know it by, then both in hexadecimal digits, since H.264
/// does not allow any byte anywhere.
/// </summary>
/// <param name="Time">Of the <see cref="Clock"/>: what reads it runs on the same machine.</param>
/// <param name="Number">From 0, by one each, wrapping.</param>
internal readonly record struct Stamp(long Time, uint Number)
{
    /// <summary>Bytes of a stamp.</summary>
    public const int LengthBytes = 16 + 16 + 8;

    private const int SearchBytes = 32; // from the tag body's first byte: headers are 2 to 9 bytes, what stands before a stamp 2 to 7

    private static ReadOnlySpan<byte> Mark => "MediaServer-Load"u8;

    /// <summary>Writes it.</summary>
    public static void Write(Span<byte> destination, long time, uint number)
    {
        Mark.CopyTo(destination);
        Utf8Formatter.TryFormat(time, destination[16..], out _, new('x', 16));
        Utf8Formatter.TryFormat(number, destination[32..], out _, new('x', 8));
    }

    /// <summary>Finds it at the beginning of a tag body.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out Stamp stamp)
    {
        stamp = default;
        int at = body[..Math.Min(body.Length, SearchBytes)].IndexOf(Mark);
        if (at < 0 || body.Length < at + LengthBytes
            || !Utf8Parser.TryParse(body.Slice(at + 16, 16), out long time, out _, 'x')
            || !Utf8Parser.TryParse(body.Slice(at + 32, 8), out uint number, out _, 'x'))
        {
            return false;
        }

        stamp = new Stamp(time, number);
        return true;
    }
}

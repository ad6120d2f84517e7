using MediaServer.Media;

namespace MediaServer.Rtmp;

/// <summary>Parts of a payload, without copying: for messages that carry others.</summary>
internal static class PayloadSlice
{
    /// <summary>Adds a part of one payload to another; both then hold it.</summary>
    public static void Append(PayloadBuilder destination, PayloadBuilder source, int startBytes, int lengthBytes)
    {
        foreach (FrameFragment fragment in source.Fragments)
        {
            int skipped = Math.Min(startBytes, fragment.LengthBytes);
            int taken = Math.Min(lengthBytes, fragment.LengthBytes - skipped);
            startBytes -= skipped;
            lengthBytes -= taken;
            destination.Append(fragment.Slab.Memory.Slice(fragment.Start + skipped, taken));
        }
    }

    /// <summary>Copies bytes out, for looking at a header.</summary>
    /// <returns>How many bytes were there to copy.</returns>
    public static int Copy(PayloadBuilder source, int startBytes, Span<byte> destination)
    {
        int copied = 0;
        foreach (FrameFragment fragment in source.Fragments)
        {
            int skipped = Math.Min(startBytes, fragment.LengthBytes);
            int taken = Math.Min(destination.Length - copied, fragment.LengthBytes - skipped);
            startBytes -= skipped;
            fragment.Span.Slice(skipped, taken).CopyTo(destination[copied..]);
            copied += taken;
        }

        return copied;
    }
}

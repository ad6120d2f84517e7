using MediaServer.Media;

namespace MediaServer.Hls;

/// <summary>A finished segment of one track: the header that the server wrote, and the very frames that were received.</summary>
/// <remarks>
/// Born with one reference, its stream's; every response that sends it holds one more. The last release lets go of the frames.
/// </remarks>
internal sealed class MediaSegment(TrackFormat format, byte[] header, MediaFrame[] frames)
{
    private const int BytesPerFrame = 256; // the frame object, its headers and its place in lists: tiny frames are not free

    private int _references = 1;

    public TrackFormat Format { get; } = format;

    /// <summary>Seconds, the sum of its samples' durations.</summary>
    public required double Seconds { get; init; }

    /// <summary>Media time at which its first sample is presented.</summary>
    public required long PresentationStart { get; init; }

    /// <summary>Whether it can be decoded without the segment before it.</summary>
    public required bool IsIndependent { get; init; }

    public int FrameCount => frames.Length;

    /// <summary>Bytes of the whole segment, as it is sent.</summary>
    public long LengthBytes { get; } = header.Length + frames.Sum(frame => (long)frame.LengthBytes - frame.DataOffset);

    /// <summary>Memory that it keeps from being used again: whole slabs, since one byte of a slab holds all of it.</summary>
    public long HeldBytes { get; } = header.Length + frames.Sum(HeldBytesOf);

    public static long HeldBytesOf(MediaFrame frame) => frame.ChargedBytes + BytesPerFrame;

    public bool TryRetain()
    {
        int references = Volatile.Read(ref _references);
        while (references > 0)
        {
            int seen = Interlocked.CompareExchange(ref _references, references + 1, references);
            if (seen == references)
            {
                return true;
            }

            references = seen;
        }

        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            foreach (MediaFrame frame in frames)
            {
                frame.Release();
            }
        }
    }

    /// <summary>Copies bytes of the segment from a place that moves on behind them. The caller holds a reference.</summary>
    /// <returns>How many bytes were copied; 0 only at the end, or into no room.</returns>
    public int CopyTo(Span<byte> destination, ref SegmentPosition position)
    {
        int copied = 0;
        while (copied < destination.Length && position.Piece <= frames.Length)
        {
            int got;
            if (position.Piece == 0)
            {
                ReadOnlySpan<byte> rest = header.AsSpan(position.Offset);
                got = Math.Min(rest.Length, destination.Length - copied);
                rest[..got].CopyTo(destination[copied..]);
            }
            else
            {
                MediaFrame frame = frames[position.Piece - 1];
                got = frame.CopyTo(destination[copied..], frame.DataOffset + position.Offset);
            }

            copied += got;
            position = got == 0 ? new SegmentPosition(position.Piece + 1, 0) : position with { Offset = position.Offset + got };
        }

        return copied;
    }

    /// <summary>The place so many bytes behind the segment's first one.</summary>
    public SegmentPosition Seek(long bytes)
    {
        int piece = 0;
        for (long length = header.Length; bytes >= length && piece < frames.Length; length = frames[piece - 1].LengthBytes - frames[piece - 1].DataOffset)
        {
            bytes -= length;
            piece++;
        }

        return new SegmentPosition(piece, (int)bytes);
    }
}

/// <summary>A place in a segment.</summary>
/// <param name="Piece">0 is the header, then the frames.</param>
/// <param name="Offset">Bytes into it.</param>
internal readonly record struct SegmentPosition(int Piece, int Offset);

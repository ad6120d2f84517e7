using MediaServer.Media;

namespace MediaServer.Rtmp;

/// <summary>Reads a payload from its front to its end, without copying what it takes out: for messages that carry others.</summary>
/// <remarks>Remembers where it is, so that very many small parts cost no more than their bytes.</remarks>
internal struct PayloadCursor(PayloadBuilder source)
{
    private int _fragment;
    private int _offset; // in that fragment

    /// <summary>Bytes behind it.</summary>
    public int RemainingBytes { get; private set; } = source.LengthBytes;

    /// <summary>Copies bytes out, for looking at a header, and moves behind them.</summary>
    /// <returns>Whether there were as many as the destination holds; if not, nothing is copied.</returns>
    public bool TryCopy(Span<byte> destination)
    {
        if (destination.Length > RemainingBytes)
        {
            return false;
        }

        while (!destination.IsEmpty)
        {
            FrameFragment run = Take(destination.Length);
            run.Span.CopyTo(destination);
            destination = destination[run.LengthBytes..];
        }

        return true;
    }

    /// <summary>Adds bytes to another payload, which then holds them too, and moves behind them.</summary>
    public void MoveTo(PayloadBuilder destination, int lengthBytes)
    {
        while (lengthBytes > 0)
        {
            FrameFragment run = Take(lengthBytes);
            destination.Append(run.Slab.Memory.Slice(run.Start, run.LengthBytes));
            lengthBytes -= run.LengthBytes;
        }
    }

    /// <summary>Moves on, to the end at most.</summary>
    public void Skip(int lengthBytes)
    {
        for (int left = Math.Min(lengthBytes, RemainingBytes); left > 0;)
        {
            left -= Take(left).LengthBytes;
        }
    }

    /// <summary>The next bytes that lie together, at most so many; there is at least one.</summary>
    private FrameFragment Take(int atMost)
    {
        FrameFragment fragment = source.Fragments[_fragment];
        int length = Math.Min(atMost, fragment.LengthBytes - _offset);
        var run = new FrameFragment(fragment.Slab, fragment.Start + _offset, length);
        RemainingBytes -= length;
        _offset += length;
        if (_offset == fragment.LengthBytes)
        {
            _fragment++;
            _offset = 0;
        }

        return run;
    }
}

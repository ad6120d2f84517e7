using System.Diagnostics.CodeAnalysis;
using MediaServer.Media;

namespace MediaServer.Transport;

/// <summary>
/// Frames that a connection has read and not begun, in order. Held by no reference: the log has them, until it has not. Frames of no log
/// (configuration sent again) are held here, because nobody else does.
/// </summary>
internal struct FramesAhead()
{
    private const int LeastCapacity = 64;

    private MediaFrame?[] _frames = [];
    private int _start;
    private int _end;

    public readonly bool IsEmpty => _start == _end;

    /// <summary>Whether such a frame is held while it waits.</summary>
    public static bool Holds(MediaFrame frame) => frame.Offset < 0;

    /// <summary>Puts frames before the others. The caller keeps its references, but to those that are held here.</summary>
    public void Prepend(ReadOnlySpan<MediaFrame> frames)
    {
        int older = _end - _start;
        int count = frames.Length + older;
        MediaFrame?[] room = count <= _frames.Length ? _frames : new MediaFrame?[Math.Max(count, LeastCapacity)];
        Array.Copy(_frames, _start, room, frames.Length, older);
        frames.CopyTo(room!);
        Array.Clear(room, count, Math.Max(Math.Min(_end, room.Length) - count, 0));
        (_frames, _start, _end) = (room, 0, count);
    }

    /// <summary>Takes the first frame, with a reference that is the caller's.</summary>
    /// <returns>Whether it did: not when there is none, or when the first has left its log.</returns>
    public bool TryTake([NotNullWhen(true)] out MediaFrame? frame)
    {
        frame = IsEmpty ? null : _frames[_start];
        if (frame is null || (!Holds(frame) && !frame.TryRetain()))
        {
            return false;
        }

        _frames[_start++] = null;
        return true;
    }

    /// <summary>Takes the first frame out, and lets go of it.</summary>
    /// <returns>Whether there was one.</returns>
    public bool TryDrop([NotNullWhen(true)] out MediaFrame? frame)
    {
        frame = null;
        if (IsEmpty)
        {
            return false;
        }

        frame = _frames[_start]!;
        _frames[_start++] = null;
        if (Holds(frame))
        {
            frame.Release();
        }

        return true;
    }
}

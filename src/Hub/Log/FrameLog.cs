using System.Diagnostics;
using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>
/// The append-only log of one topic: frames by 64-bit offset, from the tail (the oldest still held) to the newest. One writer at a time
/// appends and evicts; any number of readers take frames by offset and never lock, wait or write.
/// </summary>
/// <remarks>
/// <para>Frames lie in segments of 256 slots, segments in a ring that is found by offset. An emptied segment is used again, so that
/// appending allocates nothing once the log has been as long as it gets. A ring that is full is replaced by one of twice its size.</para>
/// <para><b>Why readers need no lock.</b> A frame's place, kind and times are set before it is stored and never change, and a frame object
/// is never used for another frame; only its bytes go back when the last reference goes. So any reference found in a slot may be read for
/// its offset, and no address can come back as something else (no ABA): whether a slot still means the offset that was asked for is
/// answered by the frame itself.</para>
/// <para><b>Append</b> stores segment, slot, newest, in this order and each with release. A reader that sees the newest (acquire) at or
/// beyond an offset therefore sees that offset's slot as it was stored, or as some <i>later</i> write left it. A larger ring is stored before
/// all of these; who still looks into the old one finds the same segments there.</para>
/// <para><b>Evict</b> stores tail, clears the slot, releases the reference, in this order and each with release. So the later write that a
/// reader can meet is a cleared slot, another segment, a frame of a higher offset, or a frame whose count has reached 0 (and which
/// <see cref="MediaFrame.TryRetain"/> refuses to raise): each of them comes after the tail was moved past the offset asked for. That makes
/// the third answer sound: whoever is told <see cref="Retained.Evicted"/> finds a tail beyond its offset, and gets on.</para>
/// <para><b>Taken</b> is sound because the count was raised from above 0 for the very frame of that offset: from then on its bytes
/// stay, whatever the writer does.</para>
/// </remarks>
internal sealed class FrameLog
{
    private const int SegmentSlots = 256;

    private MediaFrame?[]?[] _ring;
    private readonly Stack<MediaFrame?[]> _spares = new(); // the writer's
    private MediaFrame? _newest;
    private long _tail;

    /// <param name="capacityFrames">How many frames it has room for to begin with.</param>
    public FrameLog(int capacityFrames) => _ring = new MediaFrame?[]?[(capacityFrames / SegmentSlots) + 2];

    /// <summary>The last frame appended, held or not, for its place and times; null before the first.</summary>
    public MediaFrame? Newest => Volatile.Read(ref _newest);

    /// <summary>The offset that the next frame will get.</summary>
    public long Head => Newest is { } newest ? newest.Offset + 1 : 0;

    /// <summary>The offset of the oldest frame held, or the head when none is.</summary>
    public long Tail => Volatile.Read(ref _tail);

    /// <summary>The place behind the newest frame.</summary>
    public LogPosition HeadPosition => Newest is { } newest ? newest.Position.After(newest) : default;

    /// <summary>The place of the oldest frame held, or the head's when none is.</summary>
    public LogPosition TailPosition => GetPosition(Tail);

    /// <summary>Takes a reference to the frame of an offset, for its bytes.</summary>
    public Retained TryRetain(long offset, out MediaFrame? frame)
    {
        frame = null;
        if (offset >= Head)
        {
            return Retained.Empty;
        }

        MediaFrame? found = Peek(offset);
        if (found is null || !found.TryRetain())
        {
            return Retained.Evicted;
        }

        frame = found;
        return Retained.Taken;
    }

    /// <summary>Finds the frame of an offset below the head, for its place, kind and times: its bytes may go at any moment.</summary>
    /// <returns>Null when it was evicted.</returns>
    public MediaFrame? Peek(long offset)
    {
        MediaFrame?[]? segment = Volatile.Read(ref SegmentOf(offset));
        MediaFrame? found = segment is null ? null : Volatile.Read(ref segment[offset % SegmentSlots]);
        return found is not null && found.Offset == offset ? found : null;
    }

    /// <summary>The place of an offset up to the head; of the oldest frame held when that one is evicted.</summary>
    public LogPosition GetPosition(long offset)
    {
        while (true)
        {
            LogPosition head = HeadPosition;
            if (offset >= head.Offset)
            {
                return head;
            }

            if (Peek(offset) is { } frame)
            {
                return frame.Position;
            }

            offset = Tail;
        }
    }

    /// <summary>Writer: appends a frame that stands at the head; its reference is the log's.</summary>
    public void Append(MediaFrame frame)
    {
        Debug.Assert(frame.Offset == Head, "frames are appended in order");
        if (frame.Offset - _tail >= (long)(_ring.Length - 1) * SegmentSlots)
        {
            Grow();
        }

        ref MediaFrame?[]? place = ref SegmentOf(frame.Offset);
        if (place is null)
        {
            Volatile.Write(ref place, _spares.TryPop(out MediaFrame?[]? spare) ? spare : new MediaFrame?[SegmentSlots]);
        }

        Volatile.Write(ref place[frame.Offset % SegmentSlots], frame);
        Volatile.Write(ref _newest, frame);
    }

    /// <summary>Writer: lets go of the oldest frame held.</summary>
    public void EvictOldest()
    {
        long offset = _tail;
        ref MediaFrame?[]? place = ref SegmentOf(offset);
        ref MediaFrame? slot = ref place![offset % SegmentSlots];
        MediaFrame oldest = slot!;
        Volatile.Write(ref _tail, offset + 1);
        Volatile.Write(ref slot, null);
        oldest.Release();
        if ((offset + 1) % SegmentSlots == 0)
        {
            _spares.Push(place);
            Volatile.Write(ref place, null);
        }
    }

    private void Grow()
    {
        var larger = new MediaFrame?[]?[2 * _ring.Length];
        for (long segment = _tail / SegmentSlots; segment * SegmentSlots < Head; segment++)
        {
            larger[segment % larger.Length] = _ring[segment % _ring.Length];
        }

        Volatile.Write(ref _ring, larger);
    }

    private ref MediaFrame?[]? SegmentOf(long offset)
    {
        MediaFrame?[]?[] ring = Volatile.Read(ref _ring);
        return ref ring[offset / SegmentSlots % ring.Length];
    }
}

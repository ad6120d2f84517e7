using System.Diagnostics.CodeAnalysis;
using MediaServer.Media;

namespace MediaServer.Transport;

/// <summary>
/// What a connection has to send, in order: the rest of a frame that was begun, the outbox, then frames. Puts the next send together
/// (<see cref="Gather"/>) and learns how much of it went out (<see cref="Advance"/>). Does no I/O.
/// </summary>
/// <remarks>
/// Between two sends it holds one frame at most, the begun one. Frames that were read and did not fit are remembered without a reference:
/// the log keeps them, and when it no longer does they are <see cref="IFrameSource.Lost"/>. So a peer that stops reading pins nothing.
/// Loop-confined.
/// </remarks>
internal sealed class Outgoing(LoopMemory memory, Outbox outbox)
{
    /// <summary>Frames in one send: behind this many the call's cost no longer counts.</summary>
    public const int MaxFrames = 64;

    private readonly List<(IFrameSource Source, MediaFrame Frame)> _unconfirmed = []; // released; a stream has their bytes, not yet the kernel

    private IFrameSource? _source;
    private FrameEnvelope _envelope;
    private BegunFrame _begun;
    private MediaFrame?[] _ahead = [];   // read, not begun
    private int _aheadStart;
    private int _aheadEnd;
    private int _gathered;               // frames of memory.Frames, each held
    private int _gatheredStart;
    private int _gatheredReplies;        // bytes of the outbox: a source that ends may write more while frames are gathered

    /// <summary>Whether nothing waits that was begun or written.</summary>
    public bool IsEmpty => !_begun.IsPresent && outbox.PendingBytes == 0;

    /// <summary>The begun frame's offset in its log; −1 when there is none that is held.</summary>
    public long BegunOffset => _begun.IsHeld ? _begun.Frame.Offset : -1;

    /// <summary>Bytes of the begun frame still to be sent.</summary>
    public int BegunBytesLeft => _begun.BytesLeft;

    /// <summary>Begins to take frames from a source.</summary>
    public void Start(IFrameSource source, FrameEnvelope envelope)
    {
        Stop();
        _source = source;
        _envelope = envelope;
    }

    /// <summary>Takes no more frames: one that was begun is still finished.</summary>
    public void Stop()
    {
        LoseAhead();
        _source = null;
    }

    /// <summary>Copies the rest of the begun frame and lets go of it.</summary>
    public void DetachBegun() => _begun.Detach(memory);

    /// <summary>Puts the next send together in <see cref="LoopMemory.Vectors"/>; <see cref="Advance"/> must follow.</summary>
    /// <param name="maxBytes">From this many bytes on no further frame is added.</param>
    /// <param name="vectorCount">How many vectors were written.</param>
    /// <returns>Whether there is anything to send.</returns>
    public bool Gather(int maxBytes, out int vectorCount)
    {
        vectorCount = 0;
        _gathered = _gatheredStart = 0;
        _gatheredReplies = outbox.PendingBytes;
        long bytes = 0;
        if (_begun.IsPresent)
        {
            vectorCount = _begun.WriteVectors(memory);
            bytes = _begun.BytesLeft;
        }

        if (_gatheredReplies > 0)
        {
            vectorCount += outbox.WriteVectors(RoomFor(outbox.PieceCount, vectorCount));
            bytes += _gatheredReplies;
        }

        while (bytes < maxBytes && _gathered < MaxFrames && vectorCount < SystemCalls.MaxVectors && TryTake(out MediaFrame? frame))
        {
            Span<IoVector> room = RoomFor(frame.GetVectorCount(_envelope), vectorCount);
            vectorCount += frame.WriteVectors(_envelope, 0, memory.Envelopes[_gathered], room);
            memory.Frames[_gathered++] = frame;
            bytes += frame.GetLengthBytes(_envelope);
        }

        if (vectorCount > 0 || _gathered > 0)
        {
            return true;
        }

        return outbox.PendingBytes > 0 && Gather(maxBytes, out vectorCount); // the source had nothing but an answer
    }

    /// <summary>So many bytes of what was gathered were sent.</summary>
    /// <param name="bytes">Bytes from the front.</param>
    /// <param name="inKernel">Whether the kernel has them; otherwise <see cref="Confirm()"/> follows when it does.</param>
    public void Advance(int bytes, bool inKernel = true)
    {
        if (_begun.IsPresent)
        {
            bytes -= _begun.Advance(bytes);
            if (_begun.BytesLeft > 0)
            {
                Keep();
                return;
            }

            BegunFrame finished = _begun;
            _begun = default;
            finished.Release();
            Finish(finished.Source, finished.Frame, inKernel);
        }

        int replies = outbox.Consume(Math.Min(bytes, _gatheredReplies));
        bytes -= replies;
        while (_gatheredStart < _gathered && replies == _gatheredReplies)
        {
            MediaFrame frame = memory.Frames[_gatheredStart]!;
            int length = frame.GetLengthBytes(_envelope);
            if (bytes < length)
            {
                if (bytes > 0)
                {
                    TakeGathered();
                    _begun = new BegunFrame(frame, _source!, _envelope);
                    _begun.Advance(bytes);
                }

                break;
            }

            bytes -= length;
            TakeGathered();
            frame.Release();
            Finish(_source!, frame, inKernel);
        }

        Keep();
    }

    /// <summary>The kernel has all that was sent.</summary>
    public void Confirm()
    {
        foreach ((IFrameSource source, MediaFrame frame) in _unconfirmed)
        {
            source.Sent(frame);
        }

        _unconfirmed.Clear();
    }

    /// <summary>Gives everything back; what was read and not sent is lost.</summary>
    public void Close()
    {
        BegunFrame begun = _begun;
        _begun = default;
        outbox.Close();
        Keep();
        foreach ((IFrameSource source, MediaFrame frame) in _unconfirmed)
        {
            source.Lost(frame);
        }

        _unconfirmed.Clear();
        if (begun.IsPresent)
        {
            begun.Release();
            begun.Source.Lost(begun.Frame);
        }

        Stop();
    }

    private void Finish(IFrameSource source, MediaFrame frame, bool inKernel)
    {
        if (inKernel)
        {
            source.Sent(frame);
        }
        else
        {
            _unconfirmed.Add((source, frame));
        }
    }

    private Span<IoVector> RoomFor(int count, int from)
    {
        if (from + count > memory.Vectors.Length)
        {
            memory.GrowVectors(from + count);
        }

        return memory.Vectors.AsSpan(from);
    }

    private MediaFrame TakeGathered()
    {
        MediaFrame frame = memory.Frames[_gatheredStart]!;
        memory.Frames[_gatheredStart++] = null;
        return frame;
    }

    private bool TryTake([MaybeNullWhen(false)] out MediaFrame frame)
    {
        if (_aheadStart < _aheadEnd)
        {
            frame = _ahead[_aheadStart]!;
            if (IsHeldAhead(frame) || frame.TryRetain())
            {
                _ahead[_aheadStart++] = null;
                return true;
            }

            LoseAhead(); // it left the log, and what follows cannot be decoded without it
        }

        frame = null;
        return _source is not null && _source.TryRead(out frame);
    }

    /// <summary>Remembers the gathered frames that were not begun, in front of those remembered before.</summary>
    private void Keep()
    {
        int count = _gathered - _gatheredStart;
        if (count == 0)
        {
            return;
        }

        int older = _aheadEnd - _aheadStart; // there are some only when the gathered frames were taken from before them
        MediaFrame?[] ahead = count + older <= _ahead.Length ? _ahead : new MediaFrame?[Math.Max(count + older, MaxFrames)];
        Array.Copy(_ahead, _aheadStart, ahead, count, older);
        for (int i = 0; i < count; i++)
        {
            MediaFrame frame = TakeGathered();
            ahead[i] = frame;
            if (!IsHeldAhead(frame))
            {
                frame.Release();
            }
        }

        _ahead = ahead;
        _aheadStart = 0;
        _aheadEnd = count + older;
        Array.Clear(_ahead, _aheadEnd, _ahead.Length - _aheadEnd);
    }

    // What is in no log has no other holder: configuration sent again owns its few bytes.
    private static bool IsHeldAhead(MediaFrame frame) => frame.Offset < 0;

    private void LoseAhead()
    {
        while (_aheadStart < _aheadEnd)
        {
            MediaFrame frame = _ahead[_aheadStart]!;
            _ahead[_aheadStart++] = null;
            if (IsHeldAhead(frame))
            {
                frame.Release();
            }

            _source!.Lost(frame);
        }
    }
}

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using MediaServer.Media;

namespace MediaServer.Transport;

/// <summary>
/// What a connection has to send, in order: the rest of a frame that was begun, the outbox, then frames; or, when there is nothing of that,
/// a run. Puts the next send together (<see cref="TryGather"/>) and learns how much of it went out (<see cref="Advance"/>). Does no I/O.
/// </summary>
/// <remarks>
/// Between two sends it holds one frame at most, the begun one. Frames that were read and did not fit are remembered without a reference:
/// the log keeps them, and when it no longer does they are <see cref="IFrameSource.Lost"/>. So a peer that stops reading pins nothing.
/// Loop-confined.
/// </remarks>
internal sealed class Outgoing(LoopMemory memory, Outbox outbox)
{
    /// <summary>Frames in one send, but for a run: behind this many the call's cost no longer counts.</summary>
    public const int MaxFrames = 64;

    private readonly UnconfirmedFrames _unconfirmed = new();

    private IFrameSource? _source;
    private FrameEnvelope _envelope;
    private BegunFrame _begun;
    private FramesAhead _ahead = new();
    private FrameRun? _run;              // gathered instead of all else
    private int _gathered;               // frames of memory.Frames, each held
    private int _gatheredStart;
    private int _gatheredReplies;        // bytes of the outbox: a source that ends may write more while frames are gathered

    /// <summary>Whether nothing waits that was begun or written.</summary>
    public bool IsEmpty => !_begun.IsPresent && outbox.PendingBytes == 0;

    /// <summary>Whether what was gathered is a run.</summary>
    public bool IsRun => _run is not null;

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

    /// <summary>Puts the next send together; <see cref="Advance"/> must follow.</summary>
    /// <param name="maxBytes">From this many bytes on no further frame is added. A run may be longer.</param>
    /// <param name="vectors">Where its bytes lie: at most <see cref="SystemCalls.MaxVectors"/>.</param>
    /// <param name="lengthBytes">How many bytes those are.</param>
    /// <returns>Whether there is anything to send.</returns>
    public bool TryGather(int maxBytes, out ReadOnlySpan<IoVector> vectors, out int lengthBytes)
    {
        if (_source is not null && IsEmpty && _ahead.IsEmpty && !outbox.HasOverflowed && _source.TryTakeRun(out _run))
        {
            Debug.Assert(_run.Envelope == _envelope, "a run is put together for its players");
            vectors = _run.Vectors;
            lengthBytes = _run.LengthBytes;
            return true;
        }

        _run = null;
        bool isAny = TryGatherFrames(maxBytes, out int vectorCount, out lengthBytes);
        if (outbox.HasOverflowed) // before, or by what the source has just answered: an answer is cut off, and nothing may follow it
        {
            Keep();
            vectorCount = 0;
            isAny = false;
        }

        vectors = memory.Vectors.AsSpan(0, Math.Min(vectorCount, SystemCalls.MaxVectors));
        if (vectorCount > vectors.Length)
        {
            lengthBytes = LengthOf(vectors);
        }

        return isAny;
    }

    /// <summary>So many bytes of what was gathered were sent.</summary>
    /// <param name="bytes">Bytes from the front.</param>
    /// <param name="inKernel">Whether the kernel has them; otherwise <see cref="Confirm()"/> follows when it does.</param>
    public void Advance(int bytes, bool inKernel = true)
    {
        if (_run is { } run)
        {
            _run = null;
            AdvanceRun(run, bytes, inKernel);
            return;
        }

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
                    Begin(frame, bytes);
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
    public void Confirm() => _unconfirmed.Confirm();

    /// <summary>Gives everything back; what was read and not sent is lost.</summary>
    public void Close()
    {
        BegunFrame begun = _begun;
        _begun = default;
        outbox.Close();
        Keep();
        _unconfirmed.Lose();
        if (begun.IsPresent)
        {
            begun.Release();
            begun.Source.Lost(begun.Frame);
        }

        Stop();
    }

    private static int LengthOf(ReadOnlySpan<IoVector> vectors)
    {
        nint length = 0;
        foreach (IoVector vector in vectors)
        {
            length += vector.LengthBytes;
        }

        return (int)length;
    }

    private bool TryGatherFrames(int maxBytes, out int vectorCount, out int lengthBytes)
    {
        vectorCount = 0;
        lengthBytes = _begun.BytesLeft;
        _gathered = _gatheredStart = 0;
        _gatheredReplies = outbox.PendingBytes;
        if (_begun.IsPresent)
        {
            vectorCount = _begun.WriteVectors(memory);
        }

        if (_gatheredReplies > 0)
        {
            vectorCount += outbox.WriteVectors(RoomFor(outbox.PieceCount, vectorCount));
            lengthBytes += _gatheredReplies;
        }

        while (lengthBytes < maxBytes && _gathered < MaxFrames && vectorCount < SystemCalls.MaxVectors && TryTake(out MediaFrame? frame))
        {
            Span<IoVector> room = RoomFor(frame.GetVectorCount(_envelope), vectorCount);
            vectorCount += frame.WriteVectors(_envelope, 0, memory.Envelopes[_gathered], room);
            memory.Frames[_gathered++] = frame;
            lengthBytes += frame.GetLengthBytes(_envelope);
        }

        if (vectorCount > 0 || _gathered > 0)
        {
            return true;
        }

        return outbox.PendingBytes > 0 && TryGatherFrames(maxBytes, out vectorCount, out lengthBytes); // the source had nothing but an answer
    }

    private void AdvanceRun(FrameRun run, int bytes, bool inKernel)
    {
        IFrameSource source = _source!;
        if (bytes == run.LengthBytes && inKernel)
        {
            source.Sent(run);
            return;
        }

        ReadOnlySpan<MediaFrame> left = run.Frames;
        while (!left.IsEmpty && left[0].GetLengthBytes(_envelope) is var length && length <= bytes)
        {
            bytes -= length;
            Finish(source, left[0], inKernel);
            left = left[1..];
        }

        if (bytes > 0)
        {
            bool isHeld = left[0].TryRetain();
            Debug.Assert(isHeld, "a run holds its frames");
            Begin(left[0], bytes);
            left = left[1..];
        }

        _ahead.Prepend(left);
    }

    private void Begin(MediaFrame frame, int bytes)
    {
        _begun = new BegunFrame(frame, _source!, _envelope);
        _begun.Advance(bytes);
    }

    private void Finish(IFrameSource source, MediaFrame frame, bool inKernel)
    {
        if (inKernel)
        {
            source.Sent(frame);
        }
        else
        {
            _unconfirmed.Add(source, frame);
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

    private void TakeGathered() => memory.Frames[_gatheredStart++] = null;

    private bool TryTake([MaybeNullWhen(false)] out MediaFrame frame)
    {
        if (_ahead.TryTake(out frame))
        {
            return true;
        }

        LoseAhead(); // the first of them left the log, and what follows cannot be decoded without it
        return _source is not null && _source.TryRead(out frame);
    }

    /// <summary>Remembers the gathered frames that were not begun, in front of those remembered before.</summary>
    private void Keep()
    {
        if (_gatheredStart == _gathered)
        {
            return;
        }

        Span<MediaFrame> left = memory.Frames.AsSpan(_gatheredStart, _gathered - _gatheredStart)!;
        _ahead.Prepend(left);
        foreach (MediaFrame frame in left)
        {
            if (!FramesAhead.Holds(frame))
            {
                frame.Release();
            }
        }

        left.Clear();
        _gatheredStart = _gathered;
    }

    private void LoseAhead()
    {
        while (_ahead.TryDrop(out MediaFrame? frame))
        {
            _source!.Lost(frame);
        }
    }
}

using MediaServer.Media;

namespace MediaServer.Transport;

/// <summary>A frame of which the kernel has a part: it is finished before anything else is sent, come what may.</summary>
internal struct BegunFrame(MediaFrame frame, IFrameSource source, FrameEnvelope envelope)
{
    private int _sent;
    private byte[]? _rest; // pinned; from the byte on where the frame was let go of
    private int _restFrom;

    public readonly MediaFrame Frame => frame;

    public readonly IFrameSource Source => source;

    public readonly bool IsPresent => frame is not null;

    /// <summary>Whether it still holds the frame's bytes.</summary>
    public readonly bool IsHeld => IsPresent && _rest is null;

    public readonly int BytesLeft => IsPresent ? frame.GetLengthBytes(envelope) - _sent : 0;

    /// <summary>Up to that many bytes more were sent.</summary>
    /// <returns>How many there were to send.</returns>
    public int Advance(int bytes)
    {
        int taken = Math.Min(bytes, BytesLeft);
        _sent += taken;
        return taken;
    }

    /// <summary>Writes where the rest lies at the front of the loop's vectors.</summary>
    public readonly unsafe int WriteVectors(LoopMemory memory)
    {
        if (_rest is not null)
        {
            fixed (byte* rest = _rest) // pinned for life
            {
                memory.Vectors[0] = new IoVector((nint)rest + (_sent - _restFrom), BytesLeft);
            }

            return 1;
        }

        if (frame.GetVectorCount(envelope) > memory.Vectors.Length)
        {
            memory.GrowVectors(frame.GetVectorCount(envelope));
        }

        return frame.WriteVectors(envelope, _sent, memory.Envelopes[Outgoing.MaxFrames], memory.Vectors);
    }

    /// <summary>Copies the rest, and lets go of the frame.</summary>
    public void Detach(LoopMemory memory)
    {
        if (!IsHeld)
        {
            return;
        }

        byte[] rest = GC.AllocateUninitializedArray<byte>(BytesLeft, pinned: true);
        Span<byte> room = rest;
        foreach (IoVector vector in memory.Vectors.AsSpan(0, WriteVectors(memory)))
        {
            vector.AsSpan().CopyTo(room);
            room = room[(int)vector.LengthBytes..];
        }

        MediaDiagnostics.CountCopy(CopyReason.EvictedRest, rest.Length);
        frame.Release();
        _rest = rest;
        _restFrom = _sent;
    }

    /// <summary>Lets go of the frame if it is still held.</summary>
    public readonly void Release()
    {
        if (IsHeld)
        {
            frame.Release();
        }
    }
}

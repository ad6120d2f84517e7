using System.Buffers;
using System.Buffers.Binary;

namespace MediaServer.Media;

/// <summary>Writes an FLV file or stream (FLV 10.1 annex E). Sockets of a shard need only the header: a frame's vectors are its tag.</summary>
public static unsafe class FlvWriter
{
    /// <summary>Bytes of the file header together with the first PreviousTagSize.</summary>
    public const int HeaderBytes = 13;

    /// <summary>Writes the file header, and the PreviousTagSize 0 that stands before the first tag.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="hasAudio">Whether audio tags will come. Announce only what does: players wait for the rest.</param>
    /// <param name="hasVideo">Whether video tags will come.</param>
    public static void WriteHeader(IBufferWriter<byte> output, bool hasAudio, bool hasVideo)
    {
        ArgumentNullException.ThrowIfNull(output);
        Span<byte> header = output.GetSpan(HeaderBytes);
        "FLV\u0001"u8.CopyTo(header);
        header[4] = (byte)((hasAudio ? 4 : 0) | (hasVideo ? 1 : 0));
        BinaryPrimitives.WriteUInt32BigEndian(header[5..], 9);
        BinaryPrimitives.WriteUInt32BigEndian(header[9..], 0);
        output.Advance(HeaderBytes);
    }

    /// <summary>Copies a frame as a tag. The caller counts the copy (<see cref="MediaDiagnostics.CountCopy"/>): it knows why it must be.</summary>
    public static void WriteTag(IBufferWriter<byte> output, MediaFrame frame)
    {
        const int FewVectors = 16;

        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(frame);
        int count = frame.GetVectorCount(FrameEnvelope.Flv);
        Span<IoVector> vectors = count <= FewVectors ? stackalloc IoVector[FewVectors] : new IoVector[count];
        byte* room = stackalloc byte[FrameHeaders.MaxLengthBytes];
        count = frame.WriteVectors(FrameEnvelope.Flv, 0, (nint)room, vectors);
        foreach (IoVector vector in vectors[..count])
        {
            output.Write(vector.AsSpan());
        }
    }
}

using MediaServer.Media;

namespace MediaServer.Transport.Tests;

/// <summary>Frames of given lengths whose bytes tell them apart.</summary>
internal sealed class TestFrames(SlabPool pool) : IDisposable
{
    private readonly PayloadBuilder _builder = new(pool);
    private long _dts;

    /// <summary>Makes a frame.</summary>
    /// <param name="length">Bytes of payload.</param>
    /// <param name="offset">Where it stands in its log; −1 when in none.</param>
    public MediaFrame Make(int length, long offset = -1)
    {
        byte[] payload = new byte[length];
        new Random(length + (int)_dts).NextBytes(payload);
        _builder.Append(payload);
        MediaFrame frame = MediaFrame.Create(new FrameInfo { Kind = MediaKind.Video, Dts = _dts++ }, _builder);
        frame.Position = LogPosition.None with { Offset = offset };
        return frame;
    }

    /// <summary>The bytes that go on the wire for a frame.</summary>
    public static byte[] BytesOf(MediaFrame frame, FrameEnvelope envelope)
    {
        byte[] bytes = new byte[frame.GetLengthBytes(envelope)];
        var vectors = new IoVector[frame.GetVectorCount(envelope)];
        var envelopeRoom = new EnvelopeRoom(1);
        Span<byte> room = bytes;
        foreach (IoVector vector in vectors.AsSpan(0, frame.WriteVectors(envelope, 0, envelopeRoom[0], vectors)))
        {
            vector.AsSpan().CopyTo(room);
            room = room[(int)vector.LengthBytes..];
        }

        GC.KeepAlive(envelopeRoom);
        return bytes;
    }

    public void Dispose() => _builder.Dispose();
}

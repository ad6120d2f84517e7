using MediaServer.TestKit;

namespace MediaServer.Media.Tests;

/// <summary>Frames made the way a publish session makes them.</summary>
internal static class TestFrames
{
    public static FrameInfo Video(long dts = 0) => new() { Kind = MediaKind.Video, Codec = MediaCodec.Avc, Dts = dts, DataOffset = 5 };

    /// <summary>A video frame whose payload is cut at the given positions into fragments.</summary>
    public static MediaFrame Create(SlabPool pool, byte[] payload, params ReadOnlySpan<int> cuts) => Create(pool, Video(), payload, cuts);

    public static MediaFrame Create(SlabPool pool, FrameInfo info, byte[] payload, params ReadOnlySpan<int> cuts)
    {
        using var builder = new PayloadBuilder(pool);
        using var received = new SlabSequence(pool, payload, cuts);
        builder.Append(received.Sequence);
        return MediaFrame.Create(info, builder);
    }

    /// <summary>The bytes that the vectors point at.</summary>
    public static byte[] Read(MediaFrame frame, FrameEnvelope envelope, int skipBytes = 0)
    {
        IoVector[] vectors = new IoVector[frame.GetVectorCount(envelope)];
        var room = new EnvelopeRoom(1);
        int count = frame.WriteVectors(envelope, skipBytes, room[0], vectors);
        var bytes = new List<byte>();
        foreach (IoVector vector in vectors.AsSpan(0, count))
        {
            Assert.NotEqual(0, vector.LengthBytes);
            bytes.AddRange(vector.AsSpan());
        }

        GC.KeepAlive(room);
        return [.. bytes];
    }
}

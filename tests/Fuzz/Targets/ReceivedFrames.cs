using MediaServer.Hub;
using MediaServer.Media;

namespace MediaServer.Fuzz.Targets;

/// <summary>Looks at every frame that a subscription gives.</summary>
internal sealed class ReceivedFrames
{
    private readonly Dictionary<(MediaKind Kind, byte Track), long> _lastDts = [];
    private Fingerprint _seen = new();

    /// <summary>Kinds, codecs, tracks and traits of all frames so far.</summary>
    public Fingerprint Seen => _seen;

    /// <summary>Reads what is there.</summary>
    /// <param name="reader">The subscription.</param>
    /// <param name="message">The message that the frames come from.</param>
    public void Read(Subscription reader, ReadOnlySpan<byte> message)
    {
        while (reader.TryRead(out MediaFrame? frame))
        {
            Check(frame, message);
            frame.Release();
        }
    }

    private void Check(MediaFrame frame, ReadOnlySpan<byte> message)
    {
        long last = _lastDts.GetValueOrDefault((frame.Kind, frame.TrackId));
        Oracle.Holds(frame.Dts >= last, $"decoding time went back from {last} to {frame.Dts}");
        _lastDts[(frame.Kind, frame.TrackId)] = frame.Dts;

        byte[] body = new byte[frame.LengthBytes];
        Oracle.Same(body.Length, frame.CopyTo(body), "bytes of a frame");
        Oracle.Holds(frame.DataOffset <= body.Length, "a sample begins behind its frame");
        Oracle.Same(body.Length + 15, frame.GetLengthBytes(FrameEnvelope.Flv), "bytes of a tag");
        AssertEnvelope(frame, body, FrameEnvelope.Rtmp);
        AssertEnvelope(frame, body, FrameEnvelope.Flv);
        if ((frame.Traits & (FrameTraits.Injected | FrameTraits.SequenceHeader | FrameTraits.TrackMetadata)) == 0)
        {
            Oracle.Holds(message.IndexOf(body.AsSpan(frame.DataOffset)) >= 0, "bytes that were not in the message");
        }

        _seen.Add((long)frame.Kind);
        _seen.Add((long)frame.Codec);
        _seen.Add((long)frame.Traits);
        _seen.Add(Math.Min((int)frame.TrackId, 4));
    }

    private static void AssertEnvelope(MediaFrame frame, byte[] body, FrameEnvelope envelope)
    {
        IoVector[] vectors = new IoVector[frame.GetVectorCount(envelope)];
        var room = new EnvelopeRoom(1);
        int count = frame.WriteVectors(envelope, 0, room[0], vectors);
        var sent = new List<byte>();
        foreach (IoVector vector in vectors.AsSpan(0, count))
        {
            sent.AddRange(vector.AsSpan());
        }

        GC.KeepAlive(room);

        Oracle.Same(frame.GetLengthBytes(envelope), sent.Count, $"length with its {envelope} envelope");
        int trailer = envelope == FrameEnvelope.Flv ? 4 : 0;
        int start = sent.Count - trailer - body.Length;
        Oracle.Holds(sent.GetRange(start, body.Length).SequenceEqual(body), "another body in its envelope");
        int length = envelope == FrameEnvelope.Flv ? 1 : 4;
        Oracle.Same(body.Length, (sent[length] << 16) | (sent[length + 1] << 8) | sent[length + 2], "length that the envelope says");
    }
}

using System.Buffers.Binary;
using MediaServer.Hub;
using MediaServer.Ingest;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaServer.Fuzz.Targets;

/// <summary>
/// A publisher's messages through a real hub to a real subscription: decoding times never go back within a track, what is sent on lies in
/// the message it came from, envelopes add up, and in the end every frame is released.
/// </summary>
internal sealed class PublishSessionTarget : FuzzTarget
{
    private const int FixedBytes = 1 + 2 + 4; // type, milliseconds since the last, timestamp

    private readonly SlabCheck _slabs = new();

    public override string Name => "publish-session";

    public override IEnumerable<byte[]> Seeds => [.. PublishSeeds.All.Select(messages => Records.Join(messages))];

    public override IReadOnlyList<byte[]> Tokens => [.. FlvBodies.Video, .. FlvBodies.Audio, [0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF]];

    public override int SmokeInputs => 10_000;

    public override long MaxAllocatedBytes(int inputBytes) => (8 * 1024 * 1024) + (512L * inputBytes);

    /// <summary>A message as an input has it.</summary>
    public static byte[] Message(RtmpMessageType type, ushort milliseconds, uint timestamp, ReadOnlySpan<byte> body)
    {
        byte[] message = new byte[FixedBytes + body.Length];
        message[0] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(1), milliseconds);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(3), timestamp);
        body.CopyTo(message.AsSpan(FixedBytes));
        return message;
    }

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        Publish(input, ref outcome);
        _slabs.AssertAllReturned();
    }

    private void Publish(byte[] input, ref Fingerprint outcome)
    {
        var time = new ManualTimeProvider();
        var hub = new StreamHub(new HubOptions(), time);
        _ = StreamKey.TryParse("live/show", out StreamKey key, out _);
        Publication publication = hub.TryPublish(key, out _)!;
        using Subscription reader = publication.Topic.Subscribe(new SubscriptionOptions { Kind = "fuzz" });
        using var payload = new PayloadBuilder(_slabs.Pool);
        var counters = new IngestCounters();
        var received = new ReceivedFrames();
        using (var session = new PublishSession(publication, _slabs.Pool, time, counters, NullLogger.Instance))
        {
            foreach (byte[] message in Records.Split(input).Where(message => message.Length >= FixedBytes))
            {
                time.Advance(TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(1))));
                Receive(session, _slabs.Pool, payload, message, time.GetTimestamp());
                received.Read(reader, message.AsSpan(FixedBytes));
            }
        }

        received.Read(reader, []);
        Oracle.Holds(reader.IsCompleted, "the publisher is gone, and its stream goes on");
        outcome.Add((long)received.Seen.Value);
        outcome.Add(Math.Min(counters.MalformedMessages, 4));
        outcome.Add(Math.Min(counters.KeyFrameMismatches, 4));
    }

    private static void Receive(PublishSession session, SlabPool pool, PayloadBuilder payload, byte[] message, long now)
    {
        RtmpMessageType type = message[0] switch { < 9 => RtmpMessageType.Audio, 9 => RtmpMessageType.Video, _ => RtmpMessageType.Data };
        int length = message.Length - FixedBytes;
        using (var bytes = new SlabSequence(pool, message.AsSpan(FixedBytes), length / 2))
        {
            payload.Append(bytes.Sequence);
        }

        session.Receive(new RtmpMessageHeader(type, BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan(3)), length, 1), payload, now);
        payload.Clear();
    }
}

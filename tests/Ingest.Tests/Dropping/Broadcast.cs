using System.Buffers;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaServer.Ingest.Tests.Dropping;

/// <summary>A sample that is published through a real publish session into a real hub, at its own speed on a clock of its own.</summary>
internal sealed class Broadcast : IDisposable
{
    private readonly LeakCheckingPool _slabs = new();
    private readonly ManualTimeProvider _time = new();
    private readonly SlabSequence _file;
    private readonly PublishSession _session;

    /// <param name="sample">A file of <c>sample-streams/dropping</c>.</param>
    /// <param name="options">The hub's.</param>
    /// <param name="random">Decides how the bytes lie in slabs.</param>
    public Broadcast(string sample, HubOptions options, Random random)
    {
        Assert.True(StreamKey.TryParse("live/show", out StreamKey key, out _));
        Publication publication = new StreamHub(options, _time).TryPublish(key, out _)!;
        Topic = publication.Topic;
        _session = new PublishSession(publication, _slabs.Pool, _time, new IngestCounters(), NullLogger.Instance);
        _file = Receive(SampleStream.ReadBytes(Path.Combine("dropping", sample)), _slabs.Pool, random);
    }

    public StreamTopic Topic { get; }

    /// <summary>Publishes all of it, and ends.</summary>
    /// <param name="afterEach">What happens after each message.</param>
    public void Play(Action afterEach)
    {
        using (_session)
        {
            using var payload = new PayloadBuilder(_slabs.Pool);
            ReadOnlySequence<byte> rest = _file.Sequence;
            var reader = new FlvReader();
            while (reader.Read(ref rest, out FlvTag tag) == OperationStatus.Done)
            {
                var due = TimeSpan.FromMilliseconds(tag.Timestamp);
                _time.Advance(due > _time.Elapsed ? due - _time.Elapsed : TimeSpan.Zero);
                payload.Append(tag.Body);
                _session.Receive(new RtmpMessageHeader(TypeOf(tag.Kind), tag.Timestamp, payload.LengthBytes, 1), payload, _time.GetTimestamp());
                payload.Clear();
                afterEach();
            }
        }
    }

    /// <summary>To be called when all readers are gone: nothing may be held any more.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _slabs.Dispose();
    }

    private static RtmpMessageType TypeOf(MediaKind kind) => kind switch
    {
        MediaKind.Video => RtmpMessageType.Video,
        MediaKind.Audio => RtmpMessageType.Audio,
        _ => RtmpMessageType.Data,
    };

    /// <summary>Bytes in slabs, as a connection receives them; in many, so that what is held can be told.</summary>
    private static SlabSequence Receive(byte[] bytes, SlabPool pool, Random random)
    {
        var cuts = new List<int>();
        for (int at = random.Next(500, 4_000); at < bytes.Length; at += random.Next(500, 4_000))
        {
            cuts.Add(at);
        }

        return new SlabSequence(pool, bytes, [.. cuts]);
    }
}

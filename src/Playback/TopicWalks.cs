using System.Collections.Concurrent;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Transport;

namespace MediaServer.Playback;

/// <summary>The walks over players of one protocol: one for each loop and stream, while it has players.</summary>
internal sealed class TopicWalks(FrameEnvelope envelope, FlushInterval flushInterval, TimeProvider time)
{
    private readonly ConcurrentDictionary<(EventLoop Loop, StreamTopic Topic), TopicWalk> _walks = new();

    /// <summary>The walk for a new player. Call it on the loop, and add the player before anything else runs there.</summary>
    public TopicWalk Get(EventLoop loop, StreamTopic topic) =>
        _walks.GetOrAdd((loop, topic), static (at, walks) => walks.Create(at.Topic, at.Loop), this);

    private TopicWalk Create(StreamTopic topic, EventLoop loop) => new(topic, loop, envelope, flushInterval, time, Remove);

    private void Remove(TopicWalk walk)
    {
        _walks.TryRemove((walk.Loop, walk.Topic), out _); // only this loop adds to it, so nobody joins in between
        walk.Dispose();
    }
}

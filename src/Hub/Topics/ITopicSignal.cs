namespace MediaServer.Hub;

/// <summary>Somebody who walks subscriptions of a topic by himself, and wants to know when: one per shard and topic.</summary>
public interface ITopicSignal
{
    /// <summary>
    /// There is more to read, or the topic has ended. Called on the publisher's thread for every frame: it may post, and nothing else. May
    /// come once more after it was removed.
    /// </summary>
    void FramesAvailable();
}

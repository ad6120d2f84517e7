using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Server.Tests.Support;

/// <summary>A real hub with streams of small frames, in time that a test turns.</summary>
internal sealed class LiveHub
{
    private const int FrameLength = 100;

    public LiveHub() => Hub = new StreamHub(new HubOptions { LagFrames = 16 }, Time);

    public ManualTimeProvider Time { get; } = new();

    public StreamHub Hub { get; }

    /// <summary>Begins a stream.</summary>
    public Publication Publish(string name)
    {
        Assert.True(StreamKey.TryParse(name, out StreamKey key, out _));
        Time.Advance(TimeSpan.FromTicks(1)); // none begins at the same time as another
        return Hub.TryPublish(key, out _) ?? throw new InvalidOperationException($"{name} is published already.");
    }

    /// <summary>Publishes that many groups of a key frame, another frame of video and one of audio.</summary>
    public void SendGroups(Publication publication, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Send(publication, MediaKind.Video, FrameTraits.RandomAccess);
            Send(publication, MediaKind.Video, FrameTraits.None);
            Send(publication, MediaKind.Audio, FrameTraits.None);
        }
    }

    /// <summary>Joins a stream.</summary>
    public static Subscription Subscribe(Publication publication, string kind = "rtmp", string? name = null, string? peer = null) =>
        publication.Topic.Subscribe(new SubscriptionOptions { Kind = kind, Name = name, Peer = peer, ConfirmsDelivery = true });

    /// <summary>Reads and confirms all there is.</summary>
    public int ReadAll(Subscription subscription)
    {
        int frames = 0;
        while (subscription.TryRead(out MediaFrame? frame))
        {
            subscription.ConfirmDelivered(frame, Time.GetTimestamp());
            frame.Release();
            frames++;
        }

        return frames;
    }

    private void Send(Publication publication, MediaKind kind, FrameTraits traits) => publication.Publish(MediaFrame.CreateOwned(
        new FrameInfo
        {
            Kind = kind,
            Codec = kind == MediaKind.Video ? MediaCodec.Avc : MediaCodec.Aac,
            Traits = traits,
            Dts = (long)Time.Elapsed.TotalMilliseconds,
            ReceivedAt = Time.GetTimestamp(),
        },
        new byte[FrameLength]));
}

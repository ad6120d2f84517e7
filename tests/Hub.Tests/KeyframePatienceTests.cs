using MediaServer.Media;

namespace MediaServer.Hub.Tests;

/// <summary>How long video that waits for a random access point does wait: a stream that has them is never shown from elsewhere.</summary>
public sealed class KeyframePatienceTests : IDisposable
{
    private readonly TestStream _stream = new(new HubOptions { LagFrames = 40, BudgetFrames = 400 });

    [Fact]
    public void After_a_short_group_of_pictures_video_waits_through_one_of_over_ten_seconds()
    {
        using Subscription subscription = _stream.Subscribe();
        _stream.Headers();
        _stream.Gop(25); // 1 s
        _ = Received.AllOf(subscription);
        _stream.KeyFrame();
        _ = Received.AllOf(subscription);
        Video(39); // slow once, just after the key frame
        _ = Received.AllOf(subscription);
        Assert.Equal(1, subscription.Delivery.GetTransitions(SubscriptionState.Critical));

        for (int i = 0; i < 520; i++) // 10.4 s in which it keeps up
        {
            Video(1);
            Assert.Empty(Received.AllOf(subscription));
        }

        long keyFrame = _stream.KeyFrame();
        Assert.Equal(keyFrame, Assert.Single(Received.AllOf(subscription)).Offset);
        Assert.Equal(0, subscription.Delivery.NoKeyframeStarts);
    }

    [Fact]
    public void Without_any_random_access_point_video_begins_after_ten_seconds_all_the_same()
    {
        using Subscription subscription = _stream.Subscribe();
        _stream.Headers();
        Assert.Equal(3, Received.AllOf(subscription).Count);
        for (int i = 0; i < 499; i++)
        {
            Video(1);
            Assert.Empty(Received.AllOf(subscription));
        }

        Video(1);
        Assert.Single(Received.AllOf(subscription));
        Assert.Equal(1, subscription.Delivery.NoKeyframeStarts);
    }

    [Fact]
    public void While_a_subscriber_stays_far_behind_its_wait_for_a_random_access_point_does_not_end()
    {
        using Subscription subscription = _stream.Subscribe();
        _stream.Headers();
        _stream.KeyFrame();
        _ = Received.AllOf(subscription);
        for (int i = 0; i < 38; i++)
        {
            _stream.Audio();
        }

        for (int i = 0; i < 2_000; i++) // 40 s
        {
            _ = i % 4 == 0 ? _stream.Video() : _stream.Audio();
            while (_stream.Topic.Head - subscription.Cursor > 38 && subscription.TryRead(out MediaFrame? frame))
            {
                MediaKind kind = frame.Kind;
                frame.Release();
                Assert.Equal(MediaKind.Audio, kind);
            }
        }

        Assert.Equal(0, subscription.Delivery.NoKeyframeStarts);
        Received.AssertSum(subscription);
    }

    public void Dispose() => _stream.Dispose();

    private void Video(int frames)
    {
        for (int i = 0; i < frames; i++)
        {
            _stream.Video();
        }
    }
}

using MediaServer.Media;

namespace MediaServer.Hub.Tests;

public class OverrunTests
{
    private static readonly HubOptions Small = new() { LagFrames = 40, BudgetFrames = 400 };

    [Fact]
    public void A_burst_at_a_join_is_no_lag()
    {
        using var stream = new TestStream(Small);
        stream.Headers();
        long keyFrame = stream.Gop(150);
        using Subscription subscription = stream.Subscribe();

        List<Received> received = Received.AllOf(subscription);

        Assert.Equal(keyFrame, received[3].Offset);
        Assert.Equal(300, subscription.Delivery.Delivered.Total);
        Assert.Equal(0, subscription.Delivery.Overruns);
    }

    [Fact]
    public void A_subscriber_within_its_bound_loses_nothing_whatever_the_key_frames_do()
    {
        using var stream = new TestStream(Small);
        using Subscription subscription = stream.Subscribe(SlowPolicy.DropOldest);
        stream.Headers();
        for (int i = 0; i < 100; i++)
        {
            _ = Received.AllOf(subscription, atMost: 4);
            stream.Gop(2);
            Assert.Equal(0, subscription.Delivery.Dropped.Total);
        }

        _ = Received.AllOf(subscription);
        for (int i = 0; i < 10; i++)
        {
            stream.Gop(20); // the bound, exactly
            Assert.Equal(1, subscription.Fill);
            _ = Received.AllOf(subscription);
        }

        Assert.Equal(0, subscription.Delivery.Dropped.Total);
    }

    [Fact]
    public void A_track_whose_key_frames_are_skipped_is_not_taken_for_one_that_has_none()
    {
        using var stream = new TestStream(Small);
        using Subscription subscription = stream.Subscribe();
        stream.KeyFrame();
        _ = Received.AllOf(subscription);
        for (int round = 0; round < 10; round++) // of 1.4 s each: longer than anybody waits for a key frame
        {
            stream.KeyFrame(track: 1);
            stream.KeyFrame();
            for (int i = 0; i < 35; i++)
            {
                stream.Video();
                stream.Video(track: 1);
            }

            Assert.All(Received.AllOf(subscription), frame => Assert.Equal(0, frame.TrackId));
        }

        Assert.Equal((10, 0), (subscription.Delivery.Overruns, subscription.Delivery.NoKeyframeStarts));
        stream.KeyFrame(track: 1);
        Assert.Equal(1, Assert.Single(Received.AllOf(subscription)).TrackId);
    }

    [Theory, InlineData(SlowPolicy.Live), InlineData(SlowPolicy.DropOldest)]
    public void A_subscriber_beyond_its_bound_goes_on_at_the_newest_key_frame_ahead_of_it(SlowPolicy policy)
    {
        using var stream = new TestStream(Small);
        using Subscription subscription = stream.Subscribe(policy);
        stream.Headers();
        stream.Gop(10);
        _ = Received.AllOf(subscription);
        long from = subscription.Cursor;
        stream.Gop(10);
        stream.VideoHeader(version: 2);
        long newest = stream.Gop(15);
        stream.Audio();

        List<Received> received = Received.AllOf(subscription);

        Assert.Equal((true, MediaKind.Video, 2), (received[0].IsInjected, received[0].Kind, received[0].Mark)); // only what has changed
        Assert.Equal(newest, received[1].Offset);
        Assert.Equal(32, received.Count);
        Assert.Equal(newest - from, subscription.Delivery.GetDropped(DropReason.Overrun).Total);
        Assert.Equal(new KindCounts(10, 11, 0), subscription.Delivery.GetDropped(DropReason.Overrun));
        Assert.Equal(1, subscription.Delivery.Overruns);
    }

    [Theory, InlineData(SlowPolicy.Live), InlineData(SlowPolicy.DropOldest)]
    public void With_no_key_frame_ahead_audio_goes_on_from_within_the_bound_and_video_waits_for_one(SlowPolicy policy)
    {
        using var stream = new TestStream(Small);
        using Subscription subscription = stream.Subscribe(policy);
        stream.Headers();
        stream.Gop(10);
        _ = Received.AllOf(subscription);
        stream.Continue(50);

        List<Received> received = Received.AllOf(subscription);
        stream.Continue(3);
        received.AddRange(Received.AllOf(subscription));
        long keyFrame = stream.Gop(2);
        List<Received> resumed = Received.AllOf(subscription);

        Assert.All(received, frame => Assert.Equal(MediaKind.Audio, frame.Kind));
        Assert.Equal(20 + 3, received.Count);
        Assert.Equal(new KindCounts(30, 30, 0), subscription.Delivery.GetDropped(DropReason.Overrun));
        Assert.Equal(new KindCounts(0, 23, 0), subscription.Delivery.GetDropped(DropReason.UntilKeyframe));
        Assert.Equal(keyFrame, resumed[0].Offset);
        Assert.Equal(4, resumed.Count);
        Assert.Equal(1, subscription.Delivery.Overruns);
    }

    [Theory, InlineData(SlowPolicy.Live), InlineData(SlowPolicy.DropOldest)]
    public void A_key_frame_at_the_cursor_is_not_thrown_away(SlowPolicy policy)
    {
        using var stream = new TestStream(Small);
        using Subscription subscription = stream.Subscribe(policy);
        stream.Headers();
        stream.Gop(2);
        _ = Received.AllOf(subscription);
        long keyFrame = stream.Gop(30);

        List<Received> received = Received.AllOf(subscription);

        Assert.Equal(keyFrame, received[0].Offset);
        Assert.Equal(60, received.Count);
        Assert.Equal(0, subscription.Delivery.Dropped.Total);
    }

    [Fact]
    public void A_subscriber_that_the_log_has_left_behind_while_it_caught_up_goes_on_at_the_newest_key_frame()
    {
        using var stream = new TestStream(Small);
        stream.Headers();
        stream.Gop(100);
        using Subscription subscription = stream.Subscribe();
        _ = Received.AllOf(subscription, atMost: 10);
        stream.Continue(200);
        long newest = stream.Gop(10);
        Assert.True(stream.Topic.Tail > subscription.Cursor);

        List<Received> received = Received.AllOf(subscription);

        Assert.Equal(newest, received[0].Offset); // no header has changed
        Assert.Equal(20, received.Count);
        Assert.Equal(7 + 20, subscription.Delivery.Delivered.Total);
    }

    [Fact]
    public void A_subscriber_left_behind_with_no_key_frame_ahead_hears_audio_from_within_the_bound()
    {
        using var stream = new TestStream(Small);
        stream.Headers();
        stream.Gop(100);
        using Subscription subscription = stream.Subscribe();
        stream.Continue(200);

        List<Received> received = Received.AllOf(subscription);

        Assert.Equal(3, received.Count(frame => frame.IsInjected));
        Assert.All(received[3..], frame => Assert.Equal(MediaKind.Audio, frame.Kind));
        Assert.Equal(stream.Topic.Head - 39, received[3].Offset);
        Assert.Equal(1, subscription.Delivery.Overruns);
    }

    [Theory]
    [InlineData(40 * 1000, 600_000)] // bytes
    [InlineData(1_000_000, 790)]     // milliseconds: 40 frames of 20
    public void Lag_is_bounded_in_bytes_and_in_time_too(int lagBytes, int lagMilliseconds)
    {
        using var stream = new TestStream(new HubOptions
        {
            LagBytes = lagBytes,
            LagTime = TimeSpan.FromMilliseconds(lagMilliseconds),
            BudgetTime = TimeSpan.FromMinutes(20),
        });
        using Subscription subscription = stream.Subscribe(SlowPolicy.DropOldest);
        _ = Received.AllOf(subscription);
        stream.KeyFrame(lengthBytes: 1000);
        for (int i = 1; i < 40; i++)
        {
            stream.Video(lengthBytes: 1000);
        }

        Assert.InRange(subscription.Fill, 0.98, 1);
        _ = Received.AllOf(subscription, atMost: 1);
        stream.Video(lengthBytes: 1000);
        Assert.Equal(39, Received.AllOf(subscription, atMost: 39).Count); // 40 are within it
        _ = Received.AllOf(subscription);
        for (int i = 0; i < 41; i++)
        {
            stream.Video(lengthBytes: 1000);
        }

        Assert.Empty(Received.AllOf(subscription)); // 41 are not: one is passed over, and video waits for a key frame
        Assert.Equal(1, subscription.Delivery.GetDropped(DropReason.Overrun).Total);
    }

    [Fact]
    public void A_subscriber_that_stops_reading_holds_nothing_and_another_misses_nothing()
    {
        using var stream = new TestStream(new HubOptions { LagFrames = 40, BudgetBytes = 2 * 1024 * 1024, LagBytes = 1024 * 1024 });
        using Subscription stopped = stream.Subscribe(confirms: true);
        using Subscription reading = stream.Subscribe();
        stream.Headers();
        Assert.True(stopped.TryRead(out MediaFrame? held));
        for (int i = 0; i < 200; i++)
        {
            stream.KeyFrame(lengthBytes: 50_000);
            stream.Video(lengthBytes: 20_000);
            _ = Received.AllOf(reading);
            Assert.InRange(stream.SlabsOutstanding * Slab.LengthBytes, 0, (2 * 1024 * 1024) + (4 * Slab.LengthBytes));
        }

        Assert.Equal(403, reading.Delivery.Delivered.Total);
        stopped.ConfirmDelivered(held);
        held.Release();
        Received first = Received.AllOf(stopped).First(frame => !frame.IsInjected);
        Assert.Equal((MediaKind.Video, 401L), (first.Kind, first.Offset));
    }

    [Fact]
    public void A_stream_whose_groups_are_longer_than_the_patience_is_still_not_shown_in_the_middle_of_one()
    {
        const int Gop = 400; // of 40 ms each: 16 s
        using var stream = new TestStream();
        stream.Gop(Gop);
        stream.Gop(Gop / 10);
        using Subscription subscription = stream.Subscribe(JoinMode.NextRandomAccessPoint);
        for (int i = Gop / 10; i < Gop; i++)
        {
            stream.Continue(1);
            ReadVideo(subscription);
        }

        long keyFrame = stream.Gop(1);

        Assert.Equal(keyFrame, ReadVideo(subscription));
        Assert.Equal(0, subscription.Delivery.NoKeyframeStarts);
    }

    /// <summary>Reads all there is.</summary>
    /// <returns>The offset of the first frame of video, or −1.</returns>
    private static long ReadVideo(Subscription subscription)
    {
        long first = -1;
        while (subscription.TryRead(out MediaFrame? frame))
        {
            first = first < 0 && frame.Kind == MediaKind.Video ? frame.Offset : first;
            frame.Release();
        }

        return first;
    }
}

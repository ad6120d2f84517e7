using MediaServer.Media;

namespace MediaServer.Hub.Tests;

/// <summary>What the policies other than <c>live</c> do with a slow subscriber. The bound is 40 frames, the log reaches over 80.</summary>
public sealed class SlowPolicyTests : IDisposable
{
    private readonly TestStream _stream = new(new HubOptions { LagFrames = 80, BudgetFrames = 400 });

    [Theory]
    [InlineData(SlowPolicy.DropOldest), InlineData(SlowPolicy.DropNewest), InlineData(SlowPolicy.Sample)]
    [InlineData(SlowPolicy.Disconnect), InlineData(SlowPolicy.Block)]
    public void Up_to_the_bound_nothing_is_left_out_but_by_the_live_policy(SlowPolicy policy)
    {
        using Subscription subscription = Settled(policy);
        for (int i = 0; i < 20; i++)
        {
            _stream.Disposable();
            _stream.Audio();
        }

        Assert.Equal(40, Received.AllOf(subscription).Count);
        Assert.Equal(0, subscription.Delivery.Dropped.Total);
        Assert.Equal(policy == SlowPolicy.Block ? 0 : 1, subscription.Delivery.GetTransitions(SubscriptionState.Critical));
    }

    [Theory]
    [InlineData(SlowPolicy.Live), InlineData(SlowPolicy.Disconnect)]
    public void Who_reads_each_frame_as_it_comes_does_not_lag_however_large_the_frame(SlowPolicy policy)
    {
        using var stream = new TestStream(new HubOptions { LagBytes = 256 * 1024 });
        using Subscription subscription = stream.Subscribe(policy, new LagLimit(Frames: 1));
        stream.Headers();
        _ = Received.AllOf(subscription);
        for (int i = 0; i < 60; i++)
        {
            _ = i % 20 == 0 ? stream.KeyFrame(lengthBytes: 262 * 1024) : stream.Disposable();
            Assert.Equal((0, false), (subscription.Fill, subscription.IsCutOff));
            Assert.Single(Received.AllOf(subscription));
        }

        Assert.Equal((0, 0, SubscriptionState.Normal), (subscription.Delivery.Overruns, subscription.Delivery.Swings, subscription.State));
    }

    [Fact]
    public void Drop_newest_refuses_what_comes_until_it_has_read_the_rest_and_goes_on_at_a_random_access_point()
    {
        using Subscription subscription = Settled(SlowPolicy.DropNewest);
        _stream.Continue(25); // 50
        List<Received> received = Received.AllOf(subscription, atMost: 10); // from here on nothing new is taken
        long refused = _stream.Topic.Head;
        _stream.Gop(3);
        long keyFrame = _stream.Gop(4);
        received.AddRange(Received.AllOf(subscription, atMost: 40));
        Assert.Equal((refused, SubscriptionState.Critical), (subscription.Cursor, subscription.State));

        List<Received> resumed = Received.AllOf(subscription);

        Assert.Equal(Enumerable.Range(7, 50).Select(offset => (long)offset), received.Select(frame => frame.Offset));
        Assert.Equal(keyFrame, resumed[0].Offset);
        Assert.Equal(8, resumed.Count);
        Assert.Equal(new KindCounts(3, 3, 0), subscription.Delivery.GetDropped(DropReason.Policy));
        Assert.Equal(6, subscription.Delivery.Dropped.Total);
        Assert.Equal(SubscriptionState.Normal, subscription.State);
    }

    [Fact]
    public void Drop_newest_goes_on_live_when_no_random_access_point_has_come_and_video_waits_for_one()
    {
        using Subscription subscription = Settled(SlowPolicy.DropNewest);
        _stream.Continue(25);
        _ = Received.AllOf(subscription, atMost: 10);
        _stream.Continue(5);
        Assert.Equal(40, Received.AllOf(subscription).Count);

        _stream.Continue(2);
        long keyFrame = _stream.Gop(1);
        List<Received> resumed = Received.AllOf(subscription);

        Assert.Equal([MediaKind.Audio, MediaKind.Audio, MediaKind.Video, MediaKind.Audio], resumed.Select(frame => frame.Kind));
        Assert.Equal(keyFrame, resumed[2].Offset);
        Assert.Equal(new KindCounts(5, 5, 0), subscription.Delivery.GetDropped(DropReason.Policy));
    }

    [Fact]
    public void Drop_newest_that_has_read_all_before_anything_new_came_has_refused_nothing()
    {
        using Subscription subscription = Settled(SlowPolicy.DropNewest);
        _stream.Continue(25);
        _ = Received.AllOf(subscription);
        _stream.Continue(2);

        Assert.Equal(4, Received.AllOf(subscription).Count);
        Assert.Equal(0, subscription.Delivery.Dropped.Total);
    }

    [Fact]
    public void Drop_newest_holds_nothing_what_has_left_the_log_is_lost_and_it_goes_on()
    {
        using Subscription subscription = Settled(SlowPolicy.DropNewest);
        _stream.Continue(25);
        _ = Received.AllOf(subscription, atMost: 10);
        _stream.Gop(10);
        long keyFrame = _stream.Gop(30);
        Assert.True(_stream.Topic.Tail > subscription.Cursor);

        Assert.Equal(keyFrame, Received.AllOf(subscription)[0].Offset);
        Assert.Equal((0, 60), (subscription.Delivery.GetDropped(DropReason.Policy).Total, subscription.Delivery.GetDropped(DropReason.Overrun).Total));
    }

    [Fact]
    public void Sample_gets_random_access_points_alone_beyond_the_bound_and_everything_from_the_next_one_within_it()
    {
        using Subscription subscription = Settled(SlowPolicy.Sample);
        long[] keyFrames = [.. Enumerable.Range(0, 7).Select(_ => _stream.Gop(5))]; // 70: the first three are beyond the bound

        List<Received> received = Received.AllOf(subscription);

        Assert.Equal(keyFrames[..4], received[..4].Select(frame => frame.Offset));
        Assert.Equal(3 + 40, received.Count);
        Assert.Equal(new KindCounts(15, 12, 0), subscription.Delivery.GetDropped(DropReason.Sampled));
        Assert.Equal(27, subscription.Delivery.Dropped.Total);
    }

    [Fact]
    public void Sample_hears_audio_again_within_the_bound_while_video_waits_for_a_random_access_point()
    {
        using Subscription subscription = Settled(SlowPolicy.Sample);
        _stream.Continue(25);

        List<Received> received = Received.AllOf(subscription);

        Assert.Equal(20, received.Count);
        Assert.All(received, frame => Assert.Equal(MediaKind.Audio, frame.Kind));
        Assert.Equal((10, 20), (subscription.Delivery.GetDropped(DropReason.Sampled).Total, subscription.Delivery.GetDropped(DropReason.UntilKeyframe).Video));
    }

    [Theory, InlineData(SlowPolicy.Sample), InlineData(SlowPolicy.DropNewest)]
    public void Who_reads_on_beyond_its_bound_has_half_of_the_hubs_so_that_the_log_reaches_back_to_it(SlowPolicy policy)
    {
        using Subscription subscription = _stream.Subscribe(policy);
        for (int i = 0; i < 20; i++)
        {
            _stream.Audio();
        }

        Assert.Equal(0.5, subscription.Fill);
    }

    [Theory, InlineData(SlowPolicy.Sample), InlineData(SlowPolicy.DropNewest), InlineData(SlowPolicy.DropOldest), InlineData(SlowPolicy.Live)]
    public void Configuration_that_was_left_out_comes_before_what_needs_it(SlowPolicy policy)
    {
        using Subscription subscription = Settled(policy);
        _stream.Continue(25);
        _stream.VideoHeader(version: 2);
        _ = policy == SlowPolicy.DropNewest ? Received.AllOf(subscription, atMost: 1) : [];
        _stream.VideoHeader(version: 3);
        _stream.AudioHeader(version: 4);
        long keyFrame = _stream.Gop(30);
        _stream.Continue(10);

        List<Received> received = Received.AllOf(subscription);

        int shown = received.FindIndex(frame => frame.Offset == keyFrame);
        Assert.Equal(3, received[..shown].Last(frame => frame.Kind == MediaKind.Video && (frame.Traits & FrameTraits.SequenceHeader) != 0).Mark);
        int heard = received.FindIndex(frame => frame.Kind == MediaKind.Audio && frame.Offset > keyFrame);
        Assert.Equal(4, received[..heard].Last(frame => frame.Kind == MediaKind.Audio && (frame.Traits & FrameTraits.SequenceHeader) != 0).Mark);
    }

    [Fact]
    public async Task Disconnect_is_cut_off_beyond_the_bound_gets_nothing_more_and_completes()
    {
        using Subscription subscription = Settled(SlowPolicy.Disconnect, confirms: true);
        _stream.Continue(20);
        Assert.True(subscription.TryRead(out MediaFrame? held));
        Assert.False(subscription.IsCutOff);
        _stream.Gop(2);
        Assert.True(subscription.IsCutOff); // though it has not been read since

        Assert.False(subscription.TryRead(out _));

        Assert.True(subscription.IsCompleted);
        Assert.False(await subscription.WaitToReadAsync());
        subscription.ConfirmDelivered(held);
        held.Release();
        Assert.Equal((1, 8, 0), (subscription.Delivery.CutOffs, subscription.Delivery.Delivered.Total, subscription.Delivery.Dropped.Total));
        Received.AssertSum(subscription);
    }

    [Fact]
    public void Disconnect_that_is_not_read_any_more_counts_as_cut_off_when_it_goes()
    {
        Subscription subscription = Settled(SlowPolicy.Disconnect);
        Subscription keepsUp = Settled(SlowPolicy.Disconnect);
        _stream.Continue(21);
        _ = Received.AllOf(keepsUp, atMost: 1);
        keepsUp = Settled(SlowPolicy.Disconnect);

        subscription.Dispose();
        keepsUp.Dispose();

        Assert.Equal((1, 0), (subscription.Delivery.CutOffs, keepsUp.Delivery.CutOffs));
        Assert.Equal(2, _stream.Topic.GetStatistics().Traffic.Delivery.CutOffs);
    }

    [Fact]
    public void Disconnect_may_be_behind_while_it_catches_up_as_long_as_the_log_holds_it()
    {
        _stream.Headers();
        _stream.Gop(100);
        using Subscription subscription = _stream.Subscribe(SlowPolicy.Disconnect);
        Assert.Equal(203 - 3, Received.AllOf(subscription).Count(frame => !frame.IsInjected));
        using Subscription slow = _stream.Subscribe(SlowPolicy.Disconnect);
        _ = Received.AllOf(slow, atMost: 10);
        Assert.False(slow.IsCutOff);

        _stream.Gop(200); // what it reads leaves the log

        Assert.True(slow.IsCutOff);
        Assert.Empty(Received.AllOf(slow));
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>A subscription that has read headers and two pictures with sound.</summary>
    private Subscription Settled(SlowPolicy policy, bool confirms = false)
    {
        Subscription subscription = _stream.Subscribe(policy, new LagLimit(Frames: 40), confirms);
        if (_stream.Topic.Head == 0)
        {
            _stream.Headers();
            _stream.Gop(2);
        }

        while (subscription.TryRead(out MediaFrame? frame))
        {
            subscription.ConfirmDelivered(frame);
            frame.Release();
        }

        return subscription;
    }
}

using MediaServer.Media;

namespace MediaServer.Hub.Tests;

public sealed class DeliveryTests : IDisposable
{
    private readonly TestStream _stream = new();

    [Fact]
    public void What_was_taken_counts_as_delivered_when_it_is_confirmed()
    {
        using Subscription subscription = _stream.Subscribe(confirms: true);
        _stream.Headers();
        _stream.Gop(2);

        Assert.True(subscription.TryRead(out MediaFrame? first));
        Assert.True(subscription.TryRead(out MediaFrame? second));
        Assert.Equal((2, 0), (subscription.InFlight, subscription.Delivery.Delivered.Total));
        Received.AssertSum(subscription);

        subscription.ConfirmDelivered(first);
        Assert.Equal((1, 1), (subscription.InFlight, subscription.Delivery.Delivered.Total));
        Received.AssertSum(subscription);
        first.Release();
        second.Release();
    }

    [Fact]
    public void What_was_not_confirmed_at_the_end_was_dropped_because_it_disconnected()
    {
        using Subscription subscription = _stream.Subscribe(confirms: true);
        _stream.Gop(2);
        Assert.True(subscription.TryRead(out MediaFrame? first));
        Assert.True(subscription.TryRead(out MediaFrame? second));
        subscription.ConfirmDelivered(first);

        subscription.Dispose();
        subscription.ConfirmDelivered(second); // too late to count

        Assert.Equal(new KindCounts(0, 1, 0), subscription.Delivery.Delivered);
        Assert.Equal(new KindCounts(1, 0, 0), subscription.Delivery.GetDropped(DropReason.Disconnected));
        Assert.Equal(0, subscription.InFlight);
        Received.AssertSum(subscription);
        first.Release();
        second.Release();
    }

    [Fact]
    public void Injected_configuration_is_confirmed_without_being_counted()
    {
        _stream.Headers();
        _stream.Gop(1);
        using Subscription subscription = _stream.Subscribe(confirms: true);

        Assert.True(subscription.TryRead(out MediaFrame? injected));
        subscription.ConfirmDelivered(injected);

        Assert.True(injected.Is(FrameTraits.Injected));
        Assert.Equal((0, 0, 1), (subscription.InFlight, subscription.Delivery.Delivered.Total, subscription.Delivery.Injected));
        Received.AssertSum(subscription);
        injected.Release();
    }

    [Fact]
    public void Lag_and_fill_tell_how_far_a_subscription_is_behind()
    {
        using Subscription subscription = _stream.Subscribe();
        Assert.Equal((default, 0d, 0), (subscription.Lag, subscription.Fill, subscription.Count));

        _stream.Gop(64);

        Assert.Equal(new SubscriptionLag(128, 12_800, TestStream.Interval * 127), subscription.Lag);
        Assert.Equal(0.254, subscription.Fill, 3); // 2.54 of 10 s; 128 of 512 frames are less
        Assert.Equal(128, subscription.Count);
        _ = Received.AllOf(subscription);
        Assert.Equal((default, 0d, 0), (subscription.Lag, subscription.Fill, subscription.Count));
    }

    [Fact]
    public void Totals_keep_what_ended_subscriptions_and_ended_streams_have_counted()
    {
        using Subscription subscription = _stream.Subscribe();
        Subscription leaves = _stream.Subscribe();
        _stream.Headers();
        _stream.Gop(3);
        _ = Received.AllOf(leaves);
        leaves.Dispose();
        Assert.Equal(new KindCounts(4, 4, 1), _stream.Topic.GetStatistics().Traffic.Delivery.Delivered);

        _stream.Publication.Dispose();
        Assert.Equal(new KindCounts(4, 4, 1), _stream.Hub.GetTotals().Delivery.Delivered);
        _ = Received.AllOf(subscription);
        Assert.Equal(new KindCounts(8, 8, 2), _stream.Hub.GetTotals().Delivery.Delivered);
        subscription.Dispose();

        _stream.Start();
        _stream.Audio();
        TrafficCounters totals = _stream.Hub.GetTotals();
        Assert.Equal(new KindCounts(8, 8, 2), totals.Delivery.Delivered);
        Assert.Equal(new KindCounts(5, 4, 1), totals.FramesIn);
        Assert.Equal(new KindCounts(420, 320, 20), totals.BytesIn);
    }

    [Fact]
    public void Statistics_tell_key_frames_subscribers_and_what_the_log_holds()
    {
        using Subscription subscription = _stream.Subscribe();
        Assert.Null(_stream.Topic.GetStatistics().SinceKeyframe);
        _stream.Gop(5);
        _stream.Gop(2);
        _stream.Time.Advance(TimeSpan.FromSeconds(2));

        TopicStatistics statistics = _stream.Topic.GetStatistics();

        Assert.Equal(5, statistics.GopFrames);
        Assert.Equal(TestStream.Interval * 10, statistics.GopDuration);
        Assert.Equal(TimeSpan.FromSeconds(2) + (TestStream.Interval * 3), statistics.SinceKeyframe);
        Assert.Equal(1, statistics.Subscribers["test"]);
        Assert.Equal(14, statistics.LogFrames);
        Assert.Equal(Slab.LengthBytes, statistics.LogBytes);
    }

    [Fact]
    public void Each_subscriber_can_be_described()
    {
        DateTimeOffset joined = _stream.Time.GetUtcNow();
        using Subscription subscription = _stream.Topic.Subscribe(new SubscriptionOptions
        {
            Kind = "rtmp",
            Name = "c17",
            Peer = "192.0.2.1:4711",
            Policy = SlowPolicy.DropOldest,
            ConfirmsDelivery = true,
        });
        _ = Received.AllOf(subscription);
        _stream.Gop(64);
        Assert.True(subscription.TryRead(out MediaFrame? frame));
        subscription.CountSends(calls: 3, bytes: 1_000);

        SubscriberStatistics one = Assert.Single(_stream.Topic.GetSubscribers());
        frame.Release();
        subscription.ConfirmDelivered(frame);

        Assert.Equal(("rtmp", "c17", "192.0.2.1:4711", joined), (one.Kind, one.Name, one.Peer, one.Since));
        Assert.Equal((SubscriptionState.Normal, SlowPolicy.DropOldest, 1), (one.State, one.Policy, one.InFlight));
        Assert.Equal((subscription.Fill, subscription.Lag), (one.Fill, one.Lag));
        Assert.Equal((3, 1_000, 0), (one.Delivery.SendCalls, one.Delivery.SentBytes, one.Delivery.Delivered.Total)); // a copy
    }

    [Fact]
    public void Statistics_tell_how_far_subscribers_are_behind_and_in_which_states_they_are()
    {
        using Subscription first = _stream.Subscribe();
        _ = Received.AllOf(first);
        _stream.Gop(10);
        using Subscription second = _stream.Subscribe();
        _ = Received.AllOf(second);
        _stream.Continue(5);
        using Subscription third = _stream.Subscribe();

        TopicStatistics statistics = _stream.Topic.GetStatistics();

        Assert.Equal(new SubscriptionLag(30, 3_000, TestStream.Interval * 29), statistics.MaxLag);
        Assert.Equal(new SubscriptionLag(70, 7_000, TestStream.Interval * (29 + 9 + 29)), statistics.SumOfLags);
        Assert.Equal([1, 2, 0, 0, 0], Enum.GetValues<SubscriptionState>().Select(state => statistics.States[state]));
        Assert.Equal((2, first.Fill, first.Fill + second.Fill), (statistics.SettledSubscribers, statistics.MaxFill, statistics.SumOfFills));
    }

    public void Dispose() => _stream.Dispose();
}

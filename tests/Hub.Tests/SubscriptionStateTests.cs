using MediaServer.Media;

namespace MediaServer.Hub.Tests;

/// <summary>The states of a live subscriber, and what it is left without in each. The bound is 40 frames: 32 warn, 38 are critical, 20 are half.</summary>
public sealed class SubscriptionStateTests : IDisposable
{
    private static readonly HubOptions Small = new() { LagFrames = 40, BudgetFrames = 400 };

    private readonly ListLogger _logger = new();
    private readonly TestStream _stream;
    private readonly Subscription _subscription;

    public SubscriptionStateTests()
    {
        _stream = new TestStream(Small, _logger);
        _subscription = _stream.Subscribe();
        _stream.Headers();
        _stream.Gop(2);
        _ = Received.AllOf(_subscription);
    }

    private KindCounts Disposed => _subscription.Delivery.GetDropped(DropReason.Disposable);

    [Fact]
    public void From_its_join_until_it_meets_the_newest_frame_a_subscriber_catches_up_and_gets_everything()
    {
        _stream.KeyFrame();
        Groups(12);
        using Subscription late = _stream.Subscribe();
        Assert.Equal(SubscriptionState.CatchingUp, late.State);

        _ = Received.AllOf(late, atMost: 36);
        Assert.Equal(SubscriptionState.CatchingUp, late.State);
        _ = Received.AllOf(late);

        Assert.Equal(SubscriptionState.Normal, late.State);
        Assert.Equal((0, 1), (late.Delivery.Dropped.Total, late.Delivery.GetTransitions(SubscriptionState.Normal)));
    }

    [Fact]
    public void Below_eighty_percent_of_the_bound_nothing_is_left_out()
    {
        Groups(10);
        _stream.Audio(); // 31

        Assert.Equal(31, Received.AllOf(_subscription).Count);
        Assert.Equal(SubscriptionState.Normal, _subscription.State);
    }

    [Fact]
    public void From_eighty_percent_on_disposable_video_is_left_out_and_nothing_else()
    {
        Groups(10);
        _stream.Audio();
        _stream.Audio(); // 32

        List<Received> warned = Received.AllOf(_subscription, atMost: 1);
        Assert.Equal(SubscriptionState.Warning, _subscription.State);
        warned.AddRange(Received.AllOf(_subscription));

        Assert.Equal(new KindCounts(0, 5, 0), Disposed); // until the lag is below half: 32, 29, 26, 23 and 20
        Assert.Equal(Disposed, _subscription.Delivery.Dropped);
        Assert.Equal(27, warned.Count);
        Assert.Equal(5, warned.Count(frame => (frame.Traits & FrameTraits.Disposable) != 0));
        Assert.Equal(SubscriptionState.Recovering, _subscription.State);
    }

    [Fact]
    public void A_random_access_point_is_not_spared_though_nothing_refers_to_it()
    {
        using var stream = new TestStream(Small);
        using Subscription subscription = stream.Subscribe();
        stream.KeyFrame();
        _ = Received.AllOf(subscription);
        for (int i = 0; i < 35; i++)
        {
            stream.Publish(MediaKind.Video, FrameTraits.RandomAccess | FrameTraits.Disposable);
        }

        Assert.Equal(35, Received.AllOf(subscription).Count);
    }

    [Fact]
    public void From_ninety_five_percent_on_video_is_left_out_until_its_next_random_access_point_and_audio_goes_on()
    {
        _stream.Continue(5);
        _stream.Gop(4);
        _stream.Continue(10); // 38

        List<Received> received = Received.AllOf(_subscription, atMost: 1);
        Assert.Equal((SubscriptionState.Critical, MediaKind.Audio), (_subscription.State, received[0].Kind));
        received.AddRange(Received.AllOf(_subscription));

        Assert.Equal(new KindCounts(0, 5, 0), _subscription.Delivery.GetDropped(DropReason.UntilKeyframe));
        Assert.Equal(5, _subscription.Delivery.Dropped.Total);
        Assert.Equal(FrameTraits.RandomAccess, received.First(frame => frame.Kind == MediaKind.Video).Traits);
        Assert.Equal(38 - 5, received.Count);
    }

    [Fact]
    public void In_between_a_random_access_point_is_shown_and_what_follows_it_is_left_out_for_as_long_as_it_is_critical()
    {
        _stream.Video();
        for (int i = 0; i < 19; i++)
        {
            _stream.Gop(1);
        }

        _stream.Video(); // 40: from the third on it is below the threshold

        List<Received> received = Received.AllOf(_subscription);

        Assert.Equal(new KindCounts(0, 1, 0), _subscription.Delivery.Dropped);
        Assert.Equal(39, received.Count);
    }

    [Fact]
    public void Pictures_that_lead_a_random_access_point_are_shown_when_nothing_before_it_was_left_out()
    {
        _stream.KeyFrame(composition: 60);
        _stream.Video(composition: 0);
        _stream.Continue(18); // 38: critical at the random access point alone

        Assert.Equal(38, Received.AllOf(_subscription).Count);
    }

    [Fact]
    public void Each_track_of_video_waits_for_a_random_access_point_of_its_own()
    {
        _stream.KeyFrame(track: 1);
        _ = Received.AllOf(_subscription);
        _stream.Video(track: 1);
        _stream.Video();
        long first = _stream.KeyFrame();
        _stream.Video(track: 1);
        long second = _stream.KeyFrame(track: 1);
        _stream.Continue(17); // 39

        List<Received> received = Received.AllOf(_subscription);

        Assert.Equal([first, second], received[..2].Select(frame => frame.Offset));
        Assert.Equal(new KindCounts(0, 3, 0), _subscription.Delivery.Dropped);
    }

    [Fact]
    public void Below_half_it_is_recovering_and_well_again_when_it_has_stayed_there_for_two_seconds()
    {
        Groups(11);
        _ = Received.AllOf(_subscription); // the lag came below half when the newest was the last of these
        Assert.Equal(SubscriptionState.Recovering, _subscription.State);

        Follow(99);
        Assert.Equal(SubscriptionState.Recovering, _subscription.State);
        Follow(1);

        Assert.Equal(SubscriptionState.Normal, _subscription.State);
        Assert.Equal([0, 2, 1, 0, 1], Enum.GetValues<SubscriptionState>().Select(_subscription.Delivery.GetTransitions));
    }

    [Fact]
    public void A_recovery_begins_anew_when_the_lag_is_half_of_the_bound_again()
    {
        Groups(11);
        _ = Received.AllOf(_subscription);
        Follow(60);
        _stream.Continue(10); // 20
        _ = Received.AllOf(_subscription);

        Follow(99);
        Assert.Equal(SubscriptionState.Recovering, _subscription.State);
        Follow(1);
        Assert.Equal(SubscriptionState.Normal, _subscription.State);
    }

    [Fact]
    public void A_relapse_during_recovery_is_a_warning_again()
    {
        Groups(11);
        _ = Received.AllOf(_subscription);
        Groups(11);
        _ = Received.AllOf(_subscription, atMost: 1);

        Assert.Equal(SubscriptionState.Warning, _subscription.State);
        Assert.Equal(2, _subscription.Delivery.GetTransitions(SubscriptionState.Warning));
    }

    [Fact]
    public void Between_the_thresholds_a_state_stays_what_it_was()
    {
        _stream.Continue(20); // 40
        _ = Received.AllOf(_subscription, atMost: 9); // one of audio after each of video that is left out
        Assert.Equal(SubscriptionState.Critical, _subscription.State); // 22

        _ = Received.AllOf(_subscription, atMost: 2);

        Assert.Equal(SubscriptionState.Recovering, _subscription.State); // 18
    }

    [Fact]
    public void The_state_of_a_subscriber_that_is_not_read_tells_how_far_it_is_behind()
    {
        Groups(11);
        Assert.Equal((SubscriptionState.Warning, 0), (_subscription.State, _subscription.Delivery.GetTransitions(SubscriptionState.Warning)));
        Groups(2);

        Assert.Equal(SubscriptionState.Critical, _subscription.State);
        Assert.Equal(SubscriptionState.Critical, Assert.Single(_stream.Topic.GetSubscribers()).State);
        Assert.Equal(1, _stream.Topic.GetStatistics().States[SubscriptionState.Critical]);
    }

    [Fact]
    public void A_jump_is_followed_by_catching_up()
    {
        _stream.Continue(15);
        _stream.Gop(60);

        _ = Received.AllOf(_subscription, atMost: 1);
        Assert.Equal(SubscriptionState.CatchingUp, _subscription.State);
        _ = Received.AllOf(_subscription);

        Assert.Equal((SubscriptionState.Normal, 1), (_subscription.State, _subscription.Delivery.GetTransitions(SubscriptionState.CatchingUp)));
        Assert.Equal(30, _subscription.Delivery.Dropped.Total);
    }

    [Fact]
    public void Who_leaves_normal_again_within_a_minute_swings_and_is_logged_once()
    {
        for (int swings = 0; swings < 5; swings++)
        {
            Relapse();
            Assert.Equal(swings, _subscription.Delivery.Swings); // the first time is none
            Assert.Equal(swings >= 3 ? 1 : 0, _logger.Lines.Count(line => line.Contains("swings", StringComparison.Ordinal)));
        }

        _stream.Time.Advance(TimeSpan.FromSeconds(61));
        Follow(1);
        Relapse();

        Assert.Equal(4, _subscription.Delivery.Swings); // it kept up for a minute before
    }

    [Fact]
    public void A_limit_of_its_own_lowers_the_bound_in_frames_in_bytes_and_in_time()
    {
        Assert.Equal(0.75, FillOf(new LagLimit(Frames: 20)), 3);
        Assert.Equal(0.75, FillOf(new LagLimit(Bytes: 2_000)), 3);
        Assert.Equal(0.7, FillOf(new LagLimit(Time: TimeSpan.FromMilliseconds(400))), 3);
        Assert.Equal(0.375, FillOf(new LagLimit(Frames: 41, Bytes: 100_000_000, Time: TimeSpan.FromHours(1))), 3); // higher than the hub's: no change

        double FillOf(LagLimit limit)
        {
            using Subscription limited = _stream.Subscribe(SlowPolicy.Live, limit);
            _ = Received.AllOf(limited);
            Audio(15);
            return limited.Fill;
        }
    }

    [Fact]
    public void A_subscriber_beyond_a_limit_of_its_own_jumps_while_others_go_on()
    {
        using Subscription limited = _stream.Subscribe(SlowPolicy.Live, new LagLimit(Time: TimeSpan.FromMilliseconds(400)));
        _ = Received.AllOf(limited);
        _stream.Continue(5);
        long keyFrame = _stream.Gop(7); // 24: 460 ms

        Assert.Equal(keyFrame, Received.AllOf(limited)[0].Offset);
        Assert.Equal(24, Received.AllOf(_subscription).Count);
    }

    [Fact]
    public void A_limit_that_is_none_is_refused_and_nobody_has_joined()
    {
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => _stream.Subscribe(SlowPolicy.Live, new LagLimit(Time: TimeSpan.Zero)));
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => _stream.Subscribe(SlowPolicy.Block, new LagLimit(Frames: 0)));

        Assert.Single(_stream.Topic.GetSubscribers());
    }

    public void Dispose()
    {
        _subscription.Dispose();
        _stream.Dispose();
    }

    /// <summary>Disposable video, video that is referred to, audio.</summary>
    private void Groups(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _stream.Disposable();
            _stream.Video();
            _stream.Audio();
        }
    }

    private void Audio(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _stream.Audio();
        }
    }

    /// <summary>Reads each frame as it comes, 20 ms after the one before.</summary>
    private void Follow(int frames)
    {
        for (int i = 0; i < frames; i++)
        {
            _stream.Audio();
            _ = Received.AllOf(_subscription);
        }
    }

    /// <summary>Falls behind, and keeps up again until it is well.</summary>
    private void Relapse()
    {
        Groups(11);
        _ = Received.AllOf(_subscription);
        Follow(101);
        Assert.Equal(SubscriptionState.Normal, _subscription.State);
    }
}

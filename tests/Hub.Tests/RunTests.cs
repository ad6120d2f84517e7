using MediaServer.Media;

namespace MediaServer.Hub.Tests;

/// <summary>Runs: frames taken from the log once, and handed to each subscriber that would have got just them.</summary>
public sealed class RunTests : IDisposable
{
    private readonly TestStream _stream = new(new HubOptions { LagFrames = 40, BudgetFrames = 400 });
    private readonly FrameRun _run = new(FrameEnvelope.Rtmp);
    private readonly Subscription _subscription;

    public RunTests()
    {
        _subscription = _stream.Subscribe(confirms: true);
        _stream.Headers();
        _stream.Gop(2);
        Settle(_subscription);
    }

    [Fact]
    public void A_subscriber_that_keeps_up_takes_a_run_and_answers_for_it_as_for_its_frames()
    {
        _stream.Gop(3);
        _stream.Topic.Fill(_run, _subscription.Cursor);

        Assert.True(_subscription.TryTake(_run));
        Assert.Equal((6, _stream.Topic.Head, 6), (_run.Count, _subscription.Cursor, _subscription.InFlight));
        Received.AssertSum(_subscription);
        _subscription.ConfirmDelivered(_run, _stream.Time.GetTimestamp());

        Assert.Equal((0, new KindCounts(6, 6, 1)), (_subscription.InFlight, _subscription.Delivery.Delivered));
        Received.AssertSum(_subscription);
    }

    [Fact]
    public void A_run_that_was_sent_in_part_is_answered_frame_by_frame()
    {
        _stream.Gop(3);
        _stream.Topic.Fill(_run, _subscription.Cursor);
        Assert.True(_subscription.TryTake(_run));

        _subscription.ConfirmDelivered(_run.Frames[0]);
        for (int i = 1; i < 6; i++)
        {
            _subscription.ReportLost(_run.Frames[i]);
        }

        Assert.Equal((0, 5), (_subscription.InFlight, _subscription.Delivery.GetDropped(DropReason.Overrun).Total));
        Received.AssertSum(_subscription);
        _stream.Continue(2);
        _stream.Topic.Fill(_run, _subscription.Cursor);
        Assert.False(_subscription.TryTake(_run)); // video has to wait for a random access point
    }

    [Fact]
    public void A_listener_to_audio_alone_takes_runs_too()
    {
        using var stream = new TestStream();
        using Subscription listener = stream.Subscribe();
        stream.AudioHeader();
        stream.Audio();
        _ = Received.AllOf(listener);
        stream.Audio();
        stream.Audio();
        stream.Topic.Fill(_run, listener.Cursor);

        Assert.True(listener.TryTake(_run));
        Assert.Equal(2, _run.Count);
        Received.AssertSum(listener);
        _run.Clear();
    }

    [Fact]
    public void Who_does_not_confirm_has_a_run_delivered_when_it_takes_it()
    {
        using Subscription subscription = _stream.Subscribe();
        Settle(subscription);
        long before = subscription.Delivery.Delivered.Total;
        _stream.Gop(3);
        _stream.Topic.Fill(_run, subscription.Cursor);

        Assert.True(subscription.TryTake(_run));
        Assert.Equal(before + 6, subscription.Delivery.Delivered.Total);
    }

    [Fact]
    public void A_run_ends_before_what_needs_a_look_for_each_subscriber_and_where_nothing_more_is_held()
    {
        long from = _stream.Topic.Head;
        _stream.Gop(2);
        _stream.AudioHeader(version: 2);
        _stream.Gop(2);

        _stream.Topic.Fill(_run, from);
        Assert.Equal((from, 4), (_run.Frames[0].Offset, _run.Count));
        _stream.Topic.Fill(_run, from + 4);
        Assert.Equal(0, _run.Count);
        _stream.Topic.Fill(_run, from + 5);
        Assert.Equal(4, _run.Count);
        _stream.Topic.Fill(_run, _stream.Topic.Head);
        Assert.Equal(0, _run.Count);
        _stream.Gop(100);
        _stream.Gop(40);
        _stream.Topic.Fill(_run, from);
        Assert.Equal(0, _run.Count); // left the log
    }

    [Fact]
    public void Who_stands_elsewhere_does_not_take_it()
    {
        _stream.Gop(3);
        _stream.Topic.Fill(_run, _subscription.Cursor + 1);
        Assert.False(_subscription.TryTake(_run));

        _stream.Topic.Fill(_run, _subscription.Cursor);
        Assert.True(_subscription.TryRead(out MediaFrame? frame));
        frame.Release();
        Assert.False(_subscription.TryTake(_run));
        _run.Clear();
        Assert.False(_subscription.TryTake(_run));
    }

    [Fact]
    public void Who_catches_up_or_has_left_does_not_take_it()
    {
        using Subscription joins = _stream.Subscribe();
        _stream.Topic.Fill(_run, joins.Cursor);
        Assert.Equal((joins.Start, false), (_run.Frames[0].Offset, joins.TryTake(_run)));

        _stream.Gop(1);
        _stream.Topic.Fill(_run, _subscription.Cursor);
        _subscription.Dispose();
        Assert.False(_subscription.TryTake(_run));
    }

    [Fact]
    public void Who_is_slow_does_not_take_it()
    {
        _stream.Continue(16); // 80 %
        _stream.Topic.Fill(_run, _subscription.Cursor);
        Assert.False(_subscription.TryTake(_run));

        Settle(_subscription);
        Assert.Equal(SubscriptionState.Recovering, _subscription.State);
        _stream.Continue(1);
        _stream.Topic.Fill(_run, _subscription.Cursor);
        Assert.False(_subscription.TryTake(_run));
    }

    [Fact]
    public void Who_leaves_out_audio_or_video_does_not_take_it()
    {
        foreach (FrameSelection selection in new[] { new FrameSelection { Audio = false }, new FrameSelection { Video = false } })
        {
            using Subscription chooses = _stream.Topic.Subscribe(new SubscriptionOptions { Kind = "test", Selection = selection });
            Settle(chooses);
            _stream.Continue(1);
            _stream.Topic.Fill(_run, chooses.Cursor);
            Assert.False(chooses.TryTake(_run));
        }
    }

    [Fact]
    public void Who_may_lack_configuration_does_not_take_it()
    {
        _subscription.Selection = new FrameSelection { TrackMetadata = false };
        _stream.Continue(1);
        _stream.Topic.Fill(_run, _subscription.Cursor);
        Assert.False(_subscription.TryTake(_run));

        Settle(_subscription);
        _stream.Continue(1);
        _stream.Topic.Fill(_run, _subscription.Cursor);
        Assert.True(_subscription.TryTake(_run));
    }

    [Fact]
    public void Who_waits_for_a_random_access_point_or_for_what_leads_it_to_pass_does_not_take_it()
    {
        using Subscription joins = _stream.Subscribe(JoinMode.NextRandomAccessPoint);
        _stream.Video();
        Settle(joins);
        _stream.Video();
        _stream.Topic.Fill(_run, joins.Cursor);
        Assert.False(joins.TryTake(_run));

        Settle(joins);
        _stream.KeyFrame(composition: 60);
        Settle(joins);
        _stream.Video(composition: 0);
        _stream.Topic.Fill(_run, joins.Cursor);
        Assert.False(joins.TryTake(_run)); // it leads
        Settle(joins);
        _stream.Video(composition: 100);
        Settle(joins);
        _stream.Video();
        _stream.Topic.Fill(_run, joins.Cursor);
        Assert.True(joins.TryTake(_run));
        Assert.Equal(new KindCounts(0, 1, 0), joins.Delivery.GetDropped(DropReason.Leading));
    }

    [Fact]
    public void Who_was_not_told_of_a_break_in_the_timeline_takes_the_next_frame_alone()
    {
        _subscription.Selection = new FrameSelection { AllTracks = false };
        _stream.Audio();
        Settle(_subscription);
        _stream.Publish(MediaKind.Video, FrameTraits.Discontinuity, track: 1);
        Assert.False(_subscription.TryRead(out _));
        long next = _stream.Video();

        _stream.Topic.Fill(_run, next);
        Assert.False(_subscription.TryTake(_run));
        Assert.True(_subscription.TryRead(out MediaFrame? frame));
        frame.Release();
        Assert.Equal((next, true), (frame.Offset, _subscription.IsDiscontinuous));
        _stream.Topic.Fill(_run, _stream.Video());
        Assert.True(_subscription.TryTake(_run));
        Assert.False(_subscription.IsDiscontinuous);
    }

    [Fact]
    public void Latency_is_that_of_live_frames()
    {
        using Subscription joins = _stream.Subscribe(confirms: true);
        _stream.Time.Advance(TimeSpan.FromSeconds(3));
        Settle(joins); // of the past
        Assert.Equal(0, joins.Delivery.Latency.Total);

        _stream.Gop(2); // 20 ms each
        _stream.Topic.Fill(_run, joins.Cursor);
        Assert.True(joins.TryTake(_run));
        joins.ConfirmDelivered(_run, _stream.Time.GetTimestamp() + (_stream.Time.TimestampFrequency / 1_000));

        Assert.Equal((4, TimeSpan.FromMilliseconds(1 + 21 + 41 + 61)), (joins.Delivery.Latency.Total, joins.Delivery.Latency.Sum));
        Assert.Equal([1, 0, 0, 0, 0, 2, 1], joins.Delivery.Latency.Counts.Take(7)); // up to 1, 2, 5, 10, 20, 50 and 100 ms
    }

    [Fact]
    public void Taking_and_confirming_runs_allocates_nothing()
    {
        Subscription[] subscriptions = [.. Enumerable.Range(0, 10).Select(_ => _stream.Subscribe(confirms: true))];
        Array.ForEach(subscriptions, Settle);
        long least = long.MaxValue;
        for (int round = 0; round < 10; round++)
        {
            _stream.Gop(2);
            long before = GC.GetAllocatedBytesForCurrentThread();
            _stream.Topic.Fill(_run, subscriptions[0].Cursor);
            foreach (Subscription subscription in subscriptions)
            {
                Assert.True(subscription.TryTake(_run));
                subscription.ConfirmDelivered(_run, 0);
            }

            _run.Clear();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Array.ForEach(subscriptions, subscription => subscription.Dispose());
    }

    public void Dispose()
    {
        _run.Clear();
        _subscription.Dispose();
        _stream.Dispose();
    }

    /// <summary>Reads and confirms all there is.</summary>
    private static void Settle(Subscription subscription)
    {
        while (subscription.TryRead(out MediaFrame? frame))
        {
            subscription.ConfirmDelivered(frame);
            frame.Release();
        }
    }
}

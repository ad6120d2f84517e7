using MediaServer.Media;

namespace MediaServer.Hub.Tests;

/// <summary>The policy <c>block</c>: what a lossless subscription has not read stays in the log, up to a budget of bytes. Live subscribers notice nothing.</summary>
public sealed class LosslessTests : IDisposable
{
    private const long MiB = 1024 * 1024;

    private static readonly HubOptions Small = new()
    {
        LagFrames = 40,
        LagBytes = (int)MiB,
        BudgetFrames = 400,
        BudgetBytes = 2 * MiB,
        BudgetTime = TimeSpan.FromSeconds(10),
        BlockBytes = 4 * MiB,
        BlockTotalBytes = 4 * MiB,
    };

    private readonly ListLogger _logger = new();
    private readonly TestStream _stream;

    public LosslessTests() => _stream = new TestStream(Small, _logger);

    [Fact]
    public void What_it_has_not_read_stays_in_the_log_beyond_every_bound_of_the_stream()
    {
        using Subscription lossless = Join();
        for (int i = 0; i < 60; i++)
        {
            _stream.Gop(10); // 1,200 frames, 24 s
        }

        Assert.Equal(0, _stream.Topic.Tail);
        List<Received> received = Received.AllOf(lossless);

        Assert.Equal(Enumerable.Range(0, 1_203).Select(offset => (long)offset), received.Select(frame => frame.Offset));
        Assert.Equal(0, lossless.Delivery.Dropped.Total);
        Assert.Equal(0, lossless.Fill);
        _stream.Continue(100);
        _ = Received.AllOf(lossless);
        _stream.Continue(1);
        Assert.Equal(_stream.Topic.Log.LiveTail, _stream.Topic.Tail); // nothing is held any more
    }

    [Fact]
    public void Many_small_frames_are_charged_their_objects_too()
    {
        using Subscription lossless = Join();
        for (int i = 0; i < 4 * MiB / 256; i++)
        {
            _stream.Audio(lengthBytes: 8);
        }

        Assert.True(lossless.Hold!.IsLost);
    }

    [Fact]
    public void Live_subscribers_are_treated_as_if_nothing_were_held()
    {
        using var without = new TestStream(Small);
        without.Headers();
        using Subscription lossless = Join();
        (TestStream Stream, Subscription Slow, Subscription CatchesUp)[] both = [.. new[] { _stream, without }.Select(stream =>
        {
            Subscription slow = stream.Subscribe();
            stream.Gop(50);
            _ = Received.AllOf(slow);
            Subscription catchesUp = stream.Subscribe();
            _ = Received.AllOf(catchesUp, atMost: 10);
            stream.Continue(30);
            stream.Gop(30);
            stream.Continue(10);
            return (stream, slow, catchesUp);
        })];

        List<Received>[] slow = [.. both.Select(one => Received.AllOf(one.Slow))];
        List<Received>[] catchingUp = [.. both.Select(one => Received.AllOf(one.CatchesUp))];
        Subscription[] joined = [.. both.Select(one => one.Stream.Subscribe(JoinMode.SomeTimeBack, TimeSpan.FromHours(1)))];

        Assert.Equal((0, without.Topic.Tail), (_stream.Topic.Tail, _stream.Topic.Log.LiveTail));
        Assert.Equal(slow[1], slow[0]);
        Assert.Equal(catchingUp[1], catchingUp[0]);
        Assert.Equal(both[1].Slow.Delivery.Dropped, both[0].Slow.Delivery.Dropped);
        Assert.Equal(joined[1].Start, joined[0].Start);
        Array.ForEach([.. both.Select(one => one.Slow), .. both.Select(one => one.CatchesUp), .. joined], subscription => subscription.Dispose());
    }

    [Fact]
    public void Beyond_its_budget_it_loses_its_backlog_as_one_gap_and_goes_on_at_the_newest_random_access_point()
    {
        using Subscription lossless = Join();
        List<Received> before = Received.AllOf(lossless, atMost: 3);
        _stream.KeyFrame(lengthBytes: 100_000);
        while (_stream.Topic.Tail <= lossless.Cursor)
        {
            _stream.Video(lengthBytes: 100_000);
            _stream.Audio();
        }

        Assert.InRange(_stream.Topic.Head, 80, 90); // over 4 MiB of video
        Assert.Equal(0, lossless.Fill); // what is not kept is no backlog
        long keyFrame = _stream.Gop(4);
        List<Received> after = Received.AllOf(lossless, atMost: 1);
        Assert.True(lossless.TryTakeGap(out FrameGap gap));
        after.AddRange(Received.AllOf(lossless));

        Assert.Equal((2L, keyFrame), (before[^1].Offset, after[0].Offset));
        Assert.Equal(8, after.Count);
        Assert.Equal(new FrameGap(3, keyFrame), gap);
        Assert.Equal(gap.To - gap.From, lossless.Delivery.GetDropped(DropReason.Policy).Total);
        Assert.Equal(lossless.Delivery.GetDropped(DropReason.Policy), lossless.Delivery.Dropped);
        Assert.False(lossless.TryTakeGap(out _));
        Assert.Contains(_logger.Lines, line => line.Contains($"lost {gap.To - 3} frames, from 3 to before {keyFrame}", StringComparison.Ordinal));
        _stream.Gop(50);
        _stream.Gop(50);
        Assert.Equal(keyFrame + 8, _stream.Topic.Tail); // it holds again
    }

    [Fact]
    public void When_no_random_access_point_is_ahead_the_gap_reaches_to_the_next_and_sound_waits_for_it_too()
    {
        using Subscription lossless = Join();
        _stream.KeyFrame(lengthBytes: 100_000);
        _ = Received.AllOf(lossless);
        long from = lossless.Cursor;
        Exceed(lossless);
        _stream.Continue(20);

        Assert.Empty(Received.AllOf(lossless));
        Assert.False(lossless.TryTakeGap(out _));
        _stream.Continue(20);
        _stream.VideoHeader(version: 2);
        _stream.KeyFrame(track: 1);
        Assert.Empty(Received.AllOf(lossless));
        long keyFrame = _stream.KeyFrame();
        _stream.Video(track: 1);
        _stream.Audio();
        List<Received> received = Received.AllOf(lossless);

        Assert.True(lossless.TryTakeGap(out FrameGap gap));
        Assert.Equal(new FrameGap(from, keyFrame), gap);
        Assert.Equal((2, true), (received[0].Mark, received[0].IsInjected)); // the header that was lost with the rest
        Assert.Equal([keyFrame, keyFrame + 2], received[1..].Select(frame => frame.Offset)); // the other track waits for its own
    }

    [Fact]
    public void Without_video_it_goes_on_at_once()
    {
        using Subscription lossless = _stream.Subscribe(SlowPolicy.Block);
        while (_stream.Topic.Tail == 0)
        {
            _stream.Audio(lengthBytes: 100_000);
        }

        long head = _stream.Audio();

        Assert.Equal(head, Assert.Single(Received.AllOf(lossless)).Offset);
        Assert.True(lossless.TryTakeGap(out FrameGap gap));
        Assert.Equal(new FrameGap(0, head), gap);
    }

    [Fact]
    public void Video_that_never_comes_again_is_not_waited_for_longer_than_for_a_key_frame()
    {
        using Subscription lossless = Join();
        _stream.KeyFrame();
        Exceed(lossless);
        _ = Received.AllOf(lossless);
        Assert.False(lossless.TryTakeGap(out _));

        _stream.Time.Advance(TimeSpan.FromSeconds(31));
        long audio = _stream.Audio();

        Assert.Equal([true, true, true, false], Received.AllOf(lossless).Select(frame => frame.IsInjected));
        Assert.True(lossless.TryTakeGap(out FrameGap gap));
        Assert.Equal(audio, gap.To);
    }

    [Fact]
    public void A_gap_at_the_end_of_the_stream_is_told_too()
    {
        using Subscription lossless = Join();
        Exceed(lossless);
        _stream.Publication.Dispose();

        _ = Received.AllOf(lossless);

        Assert.True(lossless.IsCompleted);
        Assert.True(lossless.TryTakeGap(out FrameGap gap));
        Assert.Equal(new FrameGap(0, _stream.Topic.Head), gap);
    }

    [Fact]
    public void What_it_has_taken_and_not_answered_counts_as_backlog()
    {
        using Subscription lossless = _stream.Subscribe(SlowPolicy.Block, confirms: true);
        var taken = new List<MediaFrame>();
        _stream.KeyFrame(lengthBytes: 100_000);
        while (_stream.Topic.Head < 38)
        {
            _stream.Video(lengthBytes: 100_000);
            while (lossless.TryRead(out MediaFrame? frame))
            {
                taken.Add(frame);
            }
        }

        Assert.Equal(38, taken.Count);
        Assert.InRange(lossless.Fill, 0.9, 1);
        taken.ForEach(lossless.ConfirmDelivered);
        Assert.Equal((0, 0), (lossless.Fill, _stream.Hub.LosslessBudget.Bytes));
        taken.ForEach(frame => frame.Release());
    }

    [Fact]
    public void What_it_has_taken_may_cost_it_its_hold()
    {
        using Subscription lossless = _stream.Subscribe(SlowPolicy.Block, confirms: true);
        var taken = new List<MediaFrame>();
        _stream.KeyFrame(lengthBytes: 100_000);
        while (lossless.TryRead(out MediaFrame? frame) && taken.Count < 100)
        {
            taken.Add(frame);
            _stream.Video(lengthBytes: 100_000);
        }

        Assert.InRange(taken.Count, 38, 46); // 4 MiB
        long keyFrame = _stream.KeyFrame();
        Assert.Equal(keyFrame, Assert.Single(Received.AllOf(lossless)).Offset);
        Assert.True(lossless.TryTakeGap(out FrameGap gap));
        Assert.Equal(new FrameGap(taken.Count, keyFrame), gap);
        taken.ForEach(frame => frame.Release());
    }

    [Fact]
    public void Of_several_that_are_over_the_budget_of_all_those_lose_that_have_more_than_their_share()
    {
        using Subscription first = Join();
        _stream.KeyFrame(lengthBytes: 100_000);
        for (int i = 0; i < 32; i++)
        {
            _stream.Video(lengthBytes: 100_000); // 3.1 of 4 MiB for the first
        }

        using Subscription second = _stream.Subscribe(SlowPolicy.Block);
        for (int i = 0; _stream.Topic.Tail == 0; i++)
        {
            Assert.InRange(first.Fill, 0.7, 0.96); // within its own budget
            _stream.Video(lengthBytes: 100_000);
        }

        _ = Received.AllOf(second);
        Assert.Equal((0, 0), (second.Delivery.GetDropped(DropReason.Policy).Total, first.Fill));
    }

    [Fact]
    public void The_budget_of_all_is_given_back_when_they_have_read_or_are_gone()
    {
        LosslessBudget budget = _stream.Hub.LosslessBudget;
        Subscription first = Join();
        Subscription second = _stream.Subscribe(SlowPolicy.Block, confirms: true);
        _stream.Gop(400);
        Assert.InRange(budget.Bytes, 1, 2 * MiB);

        Assert.True(second.TryRead(out MediaFrame? held));
        held.Release();
        _ = Received.AllOf(first);
        second.Dispose();
        Assert.Equal(0, budget.Bytes);
        _stream.Gop(400);
        first.Dispose();

        Assert.Equal(0, budget.Bytes);
        _stream.Gop(40);
        Assert.Equal(_stream.Topic.Log.LiveTail, _stream.Topic.Tail);
    }

    [Fact]
    public void What_was_held_goes_little_by_little_so_that_no_publisher_pays_for_all_of_it()
    {
        Subscription lossless = Join();
        _stream.Gop(600);
        _stream.Gop(1);
        lossless.Dispose();

        long tail = _stream.Topic.Tail;
        for (int i = 0; _stream.Topic.Tail < _stream.Topic.Log.LiveTail; i++)
        {
            _stream.Audio();
            Assert.InRange(_stream.Topic.Tail - tail, 1, 128);
            Assert.InRange(i, 0, 40);
            tail = _stream.Topic.Tail;
        }
    }

    [Fact]
    public void After_the_end_of_the_stream_it_may_read_on_for_as_long_as_it_takes()
    {
        using Subscription live = _stream.Subscribe();
        Subscription lossless = Join();
        _stream.Gop(300);
        _stream.Publication.Dispose();
        _stream.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Empty(Received.AllOf(live));
        Assert.Equal(603, Received.AllOf(lossless).Count);

        Assert.True(lossless.IsCompleted);
        Assert.Equal(_stream.Topic.Head, _stream.Topic.Tail);
        lossless.Dispose();
    }

    [Fact]
    public void One_that_leaves_after_the_end_leaves_nothing_behind()
    {
        Subscription lossless = Join();
        _stream.Gop(300);
        _stream.Publication.Dispose();
        _stream.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, _stream.Topic.Tail);

        lossless.Dispose();

        Assert.Equal(_stream.Topic.Head, _stream.Topic.Tail);
        Assert.InRange(_stream.SlabsOutstanding, 0, 1); // the publisher's
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>A lossless subscription from the beginning, and headers.</summary>
    private Subscription Join()
    {
        Subscription lossless = _stream.Subscribe(SlowPolicy.Block);
        _stream.Headers();
        return lossless;
    }

    /// <summary>Publishes without key frames until the lossless subscription has lost its hold.</summary>
    private void Exceed(Subscription lossless)
    {
        while (_stream.Topic.Tail <= lossless.Cursor)
        {
            _stream.Video(lengthBytes: 100_000);
        }
    }
}

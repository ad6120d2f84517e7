using MediaServer.Media;

namespace MediaServer.Hub.Tests;

public sealed class EndTests : IDisposable
{
    private readonly TestStream _stream = new();

    [Fact]
    public async Task Subscribers_read_what_is_left_and_complete()
    {
        using Subscription subscription = _stream.Subscribe();
        _stream.Headers();
        _stream.Gop(3);
        _stream.Publication.Dispose();

        Assert.True(await subscription.WaitToReadAsync());
        Assert.False(subscription.IsCompleted);
        Assert.Equal(9, Received.AllOf(subscription).Count);
        Assert.True(subscription.IsCompleted);
        Assert.False(await subscription.WaitToReadAsync());
        await subscription.Completion;
    }

    [Fact]
    public void The_log_is_released_when_the_last_subscriber_has_read_it()
    {
        using Subscription first = _stream.Subscribe();
        using Subscription second = _stream.Subscribe();
        _stream.Gop(3);
        _stream.Publication.Dispose();

        _ = Received.AllOf(first);
        Assert.NotEqual(_stream.Topic.Head, _stream.Topic.Tail);
        second.Dispose();
        Assert.Equal(_stream.Topic.Head, _stream.Topic.Tail);
        Assert.Equal(0, _stream.Time.ArmedTimers);
    }

    [Fact]
    public void A_subscriber_that_never_reads_holds_the_log_for_the_drain_time_at_most()
    {
        using Subscription subscription = _stream.Subscribe();
        _stream.Gop(3);
        _stream.Publication.Dispose();

        _stream.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, _stream.Topic.Tail);
        _stream.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(_stream.Topic.Head, _stream.Topic.Tail);

        Assert.Empty(Received.AllOf(subscription));
        Assert.True(subscription.IsCompleted);
        Assert.Equal(6, subscription.Delivery.GetDropped(DropReason.Overrun).Total);
    }

    [Fact]
    public void The_log_is_held_until_what_was_taken_is_confirmed()
    {
        using Subscription subscription = _stream.Subscribe(confirms: true);
        MediaFrame[] taken = TakeGopAndEnd(subscription);

        subscription.ConfirmDelivered(taken[0]);
        Assert.False(subscription.IsCompleted);
        Assert.All(taken, frame => Assert.NotNull(_stream.Topic.Log.Frames.Peek(frame.Offset)));

        subscription.ConfirmDelivered(taken[1]);
        Assert.True(subscription.IsCompleted);
        Assert.Equal(_stream.Topic.Head, _stream.Topic.Tail);
        Assert.Equal(0, _stream.Time.ArmedTimers);
    }

    [Fact]
    public void What_was_taken_and_is_lost_ends_a_subscription_too()
    {
        using Subscription subscription = _stream.Subscribe(confirms: true);
        foreach (MediaFrame frame in TakeGopAndEnd(subscription))
        {
            Assert.False(subscription.IsCompleted);
            subscription.ReportLost(frame);
        }

        Assert.True(subscription.IsCompleted);
        Received.AssertSum(subscription);
    }

    [Fact]
    public async Task Who_has_something_to_confirm_at_the_end_waits_instead_of_spinning()
    {
        using Subscription subscription = _stream.Subscribe(confirms: true);
        MediaFrame[] taken = TakeGopAndEnd(subscription);

        Task<bool> wait = subscription.WaitToReadAsync().AsTask();
        Assert.False(wait.IsCompleted);
        subscription.ConfirmDelivered(taken[0]);
        Assert.False(wait.IsCompleted);
        subscription.ConfirmDelivered(taken[1]);

        Assert.False(await wait.WaitAsync(TimeSpan.FromSeconds(30)));
        await subscription.Completion;
    }

    [Fact]
    public void The_name_is_free_at_once_while_the_old_stream_is_read_to_its_end()
    {
        using Subscription old = _stream.Subscribe();
        _stream.Gop(2);
        StreamTopic before = _stream.Topic;
        _stream.Publication.Dispose();
        Assert.False(_stream.Hub.TryGetTopic(TestStream.Key, out _));

        _stream.Start();
        _stream.Gop(1);

        Assert.True(_stream.Hub.TryGetTopic(TestStream.Key, out StreamTopic? found));
        Assert.NotSame(before, found);
        Assert.True(before.IsEnded);
        Assert.Equal(4, Received.AllOf(old).Count);
    }

    [Fact]
    public void Ending_a_stream_twice_does_not_end_its_successor()
    {
        Publication first = _stream.Publication;
        first.Dispose();
        _stream.Start();
        first.Dispose();

        Assert.True(_stream.Hub.TryGetTopic(TestStream.Key, out _));
    }

    [Fact]
    public async Task Who_joins_after_the_end_gets_a_complete_subscription()
    {
        _stream.Gop(2);
        _stream.Publication.Dispose();
        using Subscription subscription = _stream.Subscribe();

        Assert.False(await subscription.WaitToReadAsync());
        Assert.True(subscription.IsCompleted);
        Assert.False(subscription.TryRead(out _));
    }

    [Fact]
    public void A_frame_published_after_the_end_is_released()
    {
        _stream.Gop(2);
        _stream.Publication.Dispose();
        _stream.Audio();

        Assert.Equal(4, _stream.Topic.Head);
    } // and the pool checks for the leak

    [Fact]
    public async Task A_disposed_subscription_gives_no_more_frames()
    {
        Subscription subscription = _stream.Subscribe();
        _stream.Gop(2);
        subscription.Dispose();
        subscription.Dispose();

        Assert.False(subscription.TryRead(out _));
        Assert.False(await subscription.WaitToReadAsync());
        await subscription.Completion;
        Assert.Empty(_stream.Topic.GetStatistics().Subscribers);
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Two frames, taken and released but not confirmed, and the end of the stream.</summary>
    private MediaFrame[] TakeGopAndEnd(Subscription subscription)
    {
        _stream.Gop(1);
        var taken = new List<MediaFrame>();
        while (subscription.TryRead(out MediaFrame? frame))
        {
            taken.Add(frame);
            frame.Release();
        }

        _stream.Publication.Dispose();
        Assert.Equal(2, taken.Count);
        Assert.False(subscription.TryRead(out _));
        return [.. taken];
    }
}

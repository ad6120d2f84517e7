using MediaServer.Media;

namespace MediaServer.Hub.Tests;

public sealed class WaitingTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestStream _stream = new();

    [Fact]
    public async Task A_reader_waits_for_the_next_frame_and_goes_on_off_the_publishers_thread()
    {
        using Subscription subscription = _stream.Subscribe();
        Task<(int Thread, bool IsPool)> resumed = WaitAsync(subscription);
        Assert.False(resumed.IsCompleted);

        int publisher = 0;
        var thread = new Thread(() =>
        {
            publisher = Environment.CurrentManagedThreadId;
            _stream.KeyFrame();
        });
        thread.Start();
        thread.Join();

        (int reader, bool isPool) = await resumed.WaitAsync(Patience);
        Assert.NotEqual(publisher, reader);
        Assert.True(isPool);
        Assert.Single(Received.AllOf(subscription));

        static async Task<(int, bool)> WaitAsync(Subscription subscription)
        {
            Assert.True(await subscription.WaitToReadAsync().ConfigureAwait(false)); // not back to the test's own context
            return (Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread);
        }
    }

    [Fact]
    public async Task A_reader_that_is_slow_to_go_on_does_not_hold_up_the_next()
    {
        using Subscription first = _stream.Subscribe();
        using Subscription second = _stream.Subscribe();
        using var together = new Barrier(2);
        Task<bool>[] readers = [MeetAsync(first), MeetAsync(second)];

        _stream.KeyFrame();

        Assert.All(await Task.WhenAll(readers), Assert.True);

        async Task<bool> MeetAsync(Subscription subscription)
        {
            await subscription.WaitToReadAsync().ConfigureAwait(false);
            return together.SignalAndWait(Patience); // each stands still until the other has been resumed too
        }
    }

    [Fact]
    public async Task A_reader_that_lets_frames_gather_is_woken_when_enough_are_there()
    {
        using Subscription subscription = _stream.Topic.Subscribe(new SubscriptionOptions { Kind = "test", WakeFrames = 3 });
        Task<bool> wait = subscription.WaitToReadAsync().AsTask();
        _stream.KeyFrame();
        _stream.KeyFrame();
        Assert.Equal(0, _stream.Topic.Waiting.Wakes);

        _stream.KeyFrame();

        Assert.True(await wait.WaitAsync(Patience));
        Assert.Equal(1, _stream.Topic.Waiting.Wakes);
        Assert.Equal(3, Received.AllOf(subscription).Count);
    }

    [Fact]
    public async Task A_reader_that_lets_frames_gather_gets_the_last_few_at_the_end()
    {
        using Subscription subscription = _stream.Topic.Subscribe(new SubscriptionOptions { Kind = "test", WakeFrames = 3 });
        Task<bool> wait = subscription.WaitToReadAsync().AsTask();
        _stream.KeyFrame();

        _stream.Publication.Dispose();

        Assert.True(await wait.WaitAsync(Patience));
        Assert.Single(Received.AllOf(subscription));
        Assert.False(await subscription.WaitToReadAsync());
    }

    [Fact]
    public async Task The_end_wakes_who_waits()
    {
        using Subscription subscription = _stream.Subscribe();
        ValueTask<bool> wait = subscription.WaitToReadAsync();

        _stream.Publication.Dispose();

        Assert.False(await wait.AsTask().WaitAsync(Patience));
        await subscription.Completion.WaitAsync(Patience);
    }

    [Fact]
    public async Task Leaving_wakes_who_waits()
    {
        Subscription subscription = _stream.Subscribe();
        ValueTask<bool> wait = subscription.WaitToReadAsync();

        subscription.Dispose();

        Assert.False(await wait.AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task A_wait_can_be_cancelled_and_the_next_one_works()
    {
        using Subscription subscription = _stream.Subscribe();
        using var cancellation = new CancellationTokenSource();
        ValueTask<bool> wait = subscription.WaitToReadAsync(cancellation.Token);
        await cancellation.CancelAsync();

        OperationCanceledException exception = await Assert.ThrowsAsync<OperationCanceledException>(() => wait.AsTask().WaitAsync(Patience));
        Assert.Equal(cancellation.Token, exception.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await subscription.WaitToReadAsync(cancellation.Token));

        ValueTask<bool> next = subscription.WaitToReadAsync();
        _stream.KeyFrame();
        Assert.True(await next.AsTask().WaitAsync(Patience));
        Assert.Single(Received.AllOf(subscription));
    }

    [Fact]
    public async Task A_subscription_reads_like_any_channel()
    {
        Subscription subscription = _stream.Subscribe();
        Task<List<long>> reader = ReadAsync(subscription);
        _stream.Headers();
        for (int i = 0; i < 50; i++)
        {
            _stream.Gop(2);
            await Task.Yield();
        }

        _stream.Publication.Dispose();

        List<long> offsets = await reader.WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(0, 203).Select(offset => (long)offset), offsets);

        static async Task<List<long>> ReadAsync(Subscription subscription)
        {
            using (subscription)
            {
                var offsets = new List<long>();
                await foreach (MediaFrame frame in subscription.ReadAllAsync())
                {
                    offsets.Add(frame.Offset);
                    frame.Release();
                }

                return offsets;
            }
        }
    }

    public void Dispose() => _stream.Dispose();
}

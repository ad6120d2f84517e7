using System.Diagnostics;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Hub.Tests.Stress;

/// <summary>
/// A stream of some tenths of a second at full speed, on real threads: a publisher that evicts as it goes and is lost now and then, two
/// shards' walks, readers on the thread pool, guests, and somebody who looks at the numbers. The seed decides bounds and moods, not how the
/// threads meet.
/// </summary>
internal sealed class StressRound(int seed)
{
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Random _random = new(seed);

    /// <summary>What happened.</summary>
    public StressTally Tally { get; } = new();

    public async Task RunAsync()
    {
        var slabs = new LeakCheckingPool(); // disposed only when all went well: its check would hide what went wrong
        int lagFrames = _random.Next(16, 200);
        var options = new HubOptions // so tight that readers are overrun all the time, and slabs come back, poisoned, while others are read
        {
            LagFrames = lagFrames,
            LagBytes = _random.Next(200_000, 1_500_000),
            BudgetFrames = lagFrames + _random.Next(400),
            BudgetBytes = 3_000_000 + _random.Next(5_000_000),
            BlockBytes = _random.Next(500_000, 4_000_000),
            BlockTotalBytes = _random.Next(1_000_000, 6_000_000),
            RecoveryTime = TimeSpan.FromMilliseconds(_random.Next(20)),
        };
        var hub = new StreamHub(options, TimeProvider.System);
        Publication publication = hub.TryPublish(TestStream.Key, out _)!;
        StreamTopic topic = publication.Topic;
        using var first = new StressWalk(topic, NewRandom(), Tally);
        using var second = new StressWalk(topic, NewRandom(), Tally);
        Task[] readers =
        [
            OnThread(first.Run),
            OnThread(second.Run),
            ReadAsync(topic, SlowPolicy.Live, spin: 0),
            ReadAsync(topic, SlowPolicy.Block, spin: 0),
            ReadAsync(topic, SlowPolicy.Block, spin: 30_000),
            ReadAsync(topic, SlowPolicy.DropNewest, spin: 10_000),
            OnThread(() => ComeAndGo(topic)),
            OnThread(() => LookAtNumbers(hub, topic)),
        ];
        await OnThread(() => Publish(hub, publication, slabs.Pool, NewRandom()));
        await Task.WhenAll(readers).WaitAsync(Patience);

        Assert.Empty(hub.Topics);
        TrafficCounters totals = hub.GetTotals();
        Assert.Equal(Tally.Published, totals.FramesIn.Total);
        Assert.Equal(Tally.Delivery.Delivered, totals.Delivery.Delivered);
        Assert.Equal(Tally.Delivery.Dropped, totals.Delivery.Dropped);
        slabs.Dispose();
    }

    /// <summary>A thread of its own, so that readers that spin do not starve those on the pool.</summary>
    private static Task OnThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private Random NewRandom() => new(_random.Next());

    private void Publish(StreamHub hub, Publication publication, SlabPool pool, Random random)
    {
        using var maker = new FrameMaker(pool, TimeProvider.System); // the hub's clock
        StreamTopic topic = publication.Topic;
        long started = Stopwatch.GetTimestamp();
        FrameTraits next = FrameTraits.None;
        while (Stopwatch.GetElapsedTime(started) < Duration)
        {
            bool isLost = random.Next(30) == 0;
            int frames = isLost ? random.Next(StressStream.GroupFrames) : StressStream.GroupFrames;
            for (int place = 0; place < frames; place++)
            {
                publication.Publish(StressStream.Create(maker, topic.Head, place, next));
                next = FrameTraits.None;
                Tally.CountPublished();
                if (random.Next(30) == 0)
                {
                    Thread.Yield();
                }
            }

            if (isLost)
            {
                publication.Suspend();
                publication = hub.TryPublish(TestStream.Key, out _)!;
                Assert.Same(topic, publication.Topic);
                next = FrameTraits.Splice | FrameTraits.Discontinuity;
                Tally.CountResume();
            }
        }

        publication.Dispose();
    }

    private async Task ReadAsync(StreamTopic topic, SlowPolicy policy, int spin)
    {
        await Task.Yield();
        var check = new StressCheck();
        var losses = new LossCheck();
        using Subscription subscription = topic.Subscribe(new SubscriptionOptions { Kind = "async", Policy = policy });
        await foreach (MediaFrame frame in subscription.ReadAllAsync())
        {
            if (policy == SlowPolicy.Block && losses.Accept(subscription, frame))
            {
                Tally.CountGap();
            }

            Thread.SpinWait(spin);
            check.Accept(frame);
            frame.Release();
        }

        await subscription.Completion;
        subscription.Dispose();
        Tally.Add(subscription, check);
    }

    private void ComeAndGo(StreamTopic topic)
    {
        while (!topic.IsEnded)
        {
            var check = new StressCheck();
            using Subscription subscription = topic.Subscribe(new SubscriptionOptions { Kind = "guest" });
            for (int i = 0; i < 20 && subscription.TryRead(out MediaFrame? frame); i++)
            {
                check.Accept(frame);
                frame.Release();
            }

            subscription.Dispose();
            Tally.Add(subscription, check);
            Thread.Yield();
        }
    }

    private static void LookAtNumbers(StreamHub hub, StreamTopic topic)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!topic.IsEnded)
        {
            TopicStatistics statistics = topic.GetStatistics();
            Assert.InRange(statistics.MaxFill, 0, 1);
            Assert.InRange(statistics.LogFrames, 0, topic.Head);
            Assert.InRange(topic.Published.Total, 0, topic.Head);
            Assert.All(topic.GetSubscribers(), subscriber => Assert.InRange(subscriber.Fill, 0, 1));
            _ = hub.GetTotals();
            pace.WaitForNextTickAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>What a lossless reader must be told: each place where frames are missing, once, and with the right bounds.</summary>
    private sealed class LossCheck
    {
        private long _next = -1;

        /// <returns>Whether something was lost before the frame.</returns>
        public bool Accept(Subscription subscription, MediaFrame frame)
        {
            bool isGap = subscription.TryTakeGap(out FrameGap gap);
            if (frame.Is(FrameTraits.Injected))
            {
                _next = isGap ? gap.To : _next;
                return isGap;
            }

            if (isGap)
            {
                Assert.True(_next < 0 || gap.From == _next, $"told that {gap.From} is the first lost, and {_next} was the next");
                Assert.InRange(gap.To, gap.From + 1, frame.Offset);
                _next = gap.To;
            }

            // The leading frame of a group that was gone on at, or spliced on, is left out besides.
            Assert.True(_next < 0 || frame.Offset - _next is 0 or 1, $"frame {frame.Offset} came, and {_next} was the next");
            _next = frame.Offset + 1;
            return isGap;
        }
    }
}

using System.Diagnostics;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Hub.Tests;

/// <summary>Real threads on one log: a publisher that evicts as it goes, readers that take, waiters, joiners and leavers.</summary>
public sealed class StressTests : IDisposable
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly LeakCheckingPool _slabs = new();

    [Fact]
    public async Task Frames_stay_whole_and_in_order_while_the_log_is_evicted_under_its_readers()
    {
        // A log so short that readers are overrun all the time, and slabs come back, poisoned, while others are read.
        var hub = new StreamHub(
            new HubOptions { LagFrames = 64, LagBytes = 1_000_000, BudgetFrames = 300, BudgetBytes = 2_000_000 }, TimeProvider.System);
        Publication publication = hub.TryPublish(TestStream.Key, out _)!;
        StreamTopic topic = publication.Topic;
        Task<Tally>[] readers =
        [
            OnThread(() => Spin(topic, confirms: false)),
            OnThread(() => Spin(topic, confirms: true)),
            ReadAsync(topic, slow: false),
            ReadAsync(topic, slow: true),
            OnThread(() => ComeAndGo(topic)),
        ];

        long published = await OnThread(() => PublishFor(publication, Duration));
        publication.Dispose();

        Tally[] tallies = await Task.WhenAll(readers).WaitAsync(Patience);
        Assert.All(tallies, tally => Assert.True(tally.Frames > 0));
        Assert.True(tallies.Sum(tally => tally.Overruns) > 0, "nobody was ever overrun");
        TrafficCounters totals = hub.GetTotals();
        Assert.Equal(published, totals.FramesIn.Total);
        Assert.Equal(
            tallies.Sum(tally => tally.Frames),
            totals.Delivery.Delivered.Total + totals.Delivery.GetDropped(DropReason.Disconnected).Total + totals.Delivery.Injected);
    }

    [Fact]
    public async Task A_reader_that_is_just_about_to_wait_misses_no_frame()
    {
        var hub = new StreamHub(new HubOptions(), TimeProvider.System);
        Publication publication = hub.TryPublish(TestStream.Key, out _)!;
        Subscription subscription = publication.Topic.Subscribe(new SubscriptionOptions { Kind = "async" });
        Task<long> reader = Task.Run(async () =>
        {
            await foreach (MediaFrame frame in subscription.ReadAllAsync())
            {
                frame.Release();
            }

            return subscription.Delivery.Delivered.Total;
        });

        // The next frame comes at the very moment when the reader has taken this one and turns to wait.
        long published = await OnThread(() =>
        {
            using var maker = new FrameMaker(_slabs.Pool, TimeProvider.System);
            for (int i = 0; i < 20_000; i++)
            {
                publication.Publish(maker.Create(new FrameInfo { Kind = MediaKind.Audio }, mark: i));
                long since = Stopwatch.GetTimestamp();
                while (subscription.Cursor <= i)
                {
                    Assert.True(Stopwatch.GetElapsedTime(since) < Patience, $"frame {i} has woken nobody");
                    Thread.Yield();
                }

                Thread.SpinWait(i % 64);
            }

            return publication.Topic.Head;
        });
        publication.Dispose();

        Assert.Equal(published, await reader.WaitAsync(Patience));
        subscription.Dispose();
    }

    [Fact]
    public async Task Joining_leaving_publishing_and_ending_may_happen_all_at_once()
    {
        var time = new ManualTimeProvider(); // stands still: nothing is released by time
        var hub = new StreamHub(new HubOptions(), time);
        for (int round = 0; round < 200; round++)
        {
            using Publication publication = hub.TryPublish(TestStream.Key, out _)!;
            StreamTopic topic = publication.Topic;
            var go = new Barrier(4);
            Task[] everybody =
            [
                OnThread(() => { go.SignalAndWait(); return PublishFrames(publication, 50, time); }),
                OnThread(() => { go.SignalAndWait(); return Spin(topic, confirms: false).Frames; }),
                OnThread(() => { go.SignalAndWait(); Thread.SpinWait(round * 20); publication.Dispose(); return 0L; }),
                OnThread(() =>
                {
                    go.SignalAndWait();
                    Task<Tally> reader = ReadAsync(topic, slow: false);
                    topic.Subscribe(new SubscriptionOptions { Kind = "test" }).Dispose();
                    return reader.GetAwaiter().GetResult().Frames;
                }),
            ];
            await Task.WhenAll(everybody).WaitAsync(Patience);
            Assert.Equal(topic.Head, topic.Tail);
            Assert.Equal(0, time.ArmedTimers);
        }

        Assert.Empty(hub.Topics);
        Assert.Equal(0, _slabs.Outstanding);
    }

    [Fact]
    public async Task Suspending_ending_and_publishing_again_may_happen_all_at_once()
    {
        var time = new ManualTimeProvider();
        var hub = new StreamHub(new HubOptions(), time);
        int started = 0;
        hub.TopicStarted += _ => Interlocked.Increment(ref started);
        int resumed = 0;
        var topics = new HashSet<StreamTopic>();
        for (int round = 0; round < 300; round++)
        {
            Publication publication = hub.TryPublish(TestStream.Key, out _)!;
            topics.Add(publication.Topic);
            var go = new Barrier(5);
            Task<Publication?>[] comers = [Come(go), Come(go)];
            Task[] goers =
            [
                OnThread(() => { go.SignalAndWait(); PublishFrames(publication, 20, time); return 0; }),
                OnThread(() => { go.SignalAndWait(); publication.Suspend(); return 0; }),
                OnThread(() => { go.SignalAndWait(); (round % 2 == 0 ? (Action)publication.Dispose : publication.Suspend)(); return 0; }),
            ];
            await Task.WhenAll([.. goers, .. comers]).WaitAsync(Patience);

            // However it went: no frame of the old publisher gets in any more, and the name has one publisher, one who waits for it, or none.
            long head = publication.Topic.Head;
            PublishFrames(publication, 1, time);
            Assert.Equal(head, publication.Topic.Head);
            Publication[] came = [.. comers.Select(comer => comer.Result).OfType<Publication>()];
            Assert.InRange(came.Length, 0, 1);
            foreach (Publication successor in came)
            {
                topics.Add(successor.Topic);
                Assert.Equal(successor.IsResumed, successor.Topic == publication.Topic);
                Assert.Equal(TopicState.Live, successor.Topic.State);
                resumed += successor.IsResumed ? 1 : 0;
                successor.Dispose();
            }

            time.Advance(TimeSpan.FromSeconds(10));
            Assert.Empty(hub.Topics);
            Assert.Equal(0, time.ArmedTimers);
        }

        Assert.Equal(topics.Count, started);
        Assert.True(resumed > 0, "nobody ever resumed");
        Assert.Equal(0, _slabs.Outstanding);

        Task<Publication?> Come(Barrier go) => OnThread(() =>
        {
            go.SignalAndWait();
            for (int i = 0; i < 50; i++)
            {
                if (hub.TryPublish(TestStream.Key, out _) is { } publication)
                {
                    return publication;
                }
            }

            return null;
        });
    }

    public void Dispose() => _slabs.Dispose();

    /// <summary>A thread of its own, so that readers that spin do not starve those on the pool.</summary>
    private static Task<T> OnThread<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static Tally Spin(StreamTopic topic, bool confirms)
    {
        var check = new Check();
        using Subscription subscription = topic.Subscribe(new SubscriptionOptions { Kind = "spin", ConfirmsDelivery = confirms });
        var held = new Queue<MediaFrame>();
        while (!subscription.IsCompleted)
        {
            while (subscription.TryRead(out MediaFrame? frame))
            {
                check.Accept(frame);
                held.Enqueue(frame);
                if (held.Count > 8) // as a shard does: held for a while, then confirmed and released
                {
                    Return(subscription, held.Dequeue());
                }
            }

            if (held.TryDequeue(out MediaFrame? oldest))
            {
                Return(subscription, oldest); // without it the end never comes to one that confirms
            }

            Thread.Yield();
        }

        foreach (MediaFrame frame in held)
        {
            Return(subscription, frame);
        }

        return check.Finish(subscription);

        static void Return(Subscription subscription, MediaFrame frame)
        {
            Assert.True(FrameMaker.IsIntact(frame));
            subscription.ConfirmDelivered(frame);
            frame.Release();
        }
    }

    private static async Task<Tally> ReadAsync(StreamTopic topic, bool slow)
    {
        await Task.Yield();
        var check = new Check();
        using Subscription subscription = topic.Subscribe(new SubscriptionOptions { Kind = "async" });
        await foreach (MediaFrame frame in subscription.ReadAllAsync())
        {
            check.Accept(frame);
            if (slow)
            {
                Thread.SpinWait(20_000);
                Assert.True(FrameMaker.IsIntact(frame));
            }

            frame.Release();
        }

        await subscription.Completion;
        return check.Finish(subscription);
    }

    private static Tally ComeAndGo(StreamTopic topic)
    {
        var sum = new Tally(0, 0);
        while (!topic.IsEnded)
        {
            var check = new Check();
            using Subscription subscription = topic.Subscribe(new SubscriptionOptions { Kind = "guest" });
            for (int i = 0; i < 20 && subscription.TryRead(out MediaFrame? frame); i++)
            {
                check.Accept(frame);
                frame.Release();
            }

            Tally tally = check.Finish(subscription);
            sum = new Tally(sum.Frames + tally.Frames, sum.Overruns + tally.Overruns);
            Thread.Yield();
        }

        return sum;
    }

    private long PublishFor(Publication publication, TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        long published = 0;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            published += PublishFrames(publication, 100, TimeProvider.System);
            Thread.Yield();
        }

        return published;
    }

    private long PublishFrames(Publication publication, int count, TimeProvider time)
    {
        using var maker = new FrameMaker(_slabs.Pool, time); // the hub's: times of two clocks look like ten seconds without a key frame
        for (int i = 0; i < count; i++)
        {
            int mark = (int)publication.Topic.Head;
            if (i == 0)
            {
                var header = new FrameInfo { Kind = MediaKind.Video, Traits = FrameTraits.SequenceHeader, Dts = mark };
                publication.Publish(maker.CreateOwned(header, mark));
                continue;
            }

            var info = new FrameInfo
            {
                Kind = i % 3 == 0 ? MediaKind.Audio : MediaKind.Video,
                Traits = i == 1 ? FrameTraits.RandomAccess : FrameTraits.None,
                Dts = mark,
            };
            publication.Publish(maker.Create(info, mark, lengthBytes: i == 1 ? 30_000 : 3_000));
        }

        return count;
    }

    private readonly record struct Tally(long Frames, long Overruns);

    /// <summary>What must hold for each reader: whole frames, in order, no doubles, video from a key frame on under its own header.</summary>
    private sealed class Check
    {
        private long _frames;
        private long _last = -1;
        private long _lastVideo = -1;
        private int _header = -1;

        public void Accept(MediaFrame frame)
        {
            _frames++;
            Assert.True(FrameMaker.IsIntact(frame), $"frame {frame.Offset} was overwritten");
            int mark = FrameMaker.MarkOf(frame);
            if (frame.Is(FrameTraits.SequenceHeader))
            {
                _header = mark;
            }

            if (frame.Is(FrameTraits.Injected))
            {
                return;
            }

            Assert.Equal(frame.Offset, mark);
            Assert.True(frame.Offset > _last, $"frame {frame.Offset} after {_last}");
            _last = frame.Offset;
            if (frame.Kind == MediaKind.Video && !frame.Is(FrameTraits.SequenceHeader))
            {
                bool follows = frame.Offset - _lastVideo is 1 or 2; // audio lies between at most
                Assert.True(frame.Is(FrameTraits.RandomAccess) || follows, $"video {frame.Offset} after {_lastVideo}");
                Assert.InRange(frame.Offset - _header, 1, 100);
                _lastVideo = frame.Offset;
            }
        }

        public Tally Finish(Subscription subscription)
        {
            subscription.Dispose();
            Received.AssertSum(subscription);
            return new Tally(_frames, subscription.Delivery.Overruns);
        }
    }
}

using System.Diagnostics;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Hub.Tests.Stress;

/// <summary>Moments when several threads do something to one stream at once: wait, publish, join, leave, suspend, end, come back.</summary>
public sealed class RaceTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly LeakCheckingPool _slabs = new();

    [Fact]
    public async Task The_oldest_frame_is_taken_whole_or_not_at_all_while_it_is_evicted()
    {
        const int Held = 250; // of the 512 slots that are used in turn: who looks too late mostly finds another frame
        var log = new FrameLog(Held);
        bool isOver = false;
        Task<long>[] readers = [OnThread(TakeOldest), OnThread(TakeOldest)];
        await OnThread(() =>
        {
            using var maker = new FrameMaker(_slabs.Pool, TimeProvider.System);
            long started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < (Endurance.Duration ?? TimeSpan.FromSeconds(1)))
            {
                MediaFrame frame = maker.Create(new FrameInfo { Kind = MediaKind.Audio }, mark: (int)log.Head);
                frame.Position = log.HeadPosition;
                log.Append(frame);
                if (log.Head - log.Tail > Held)
                {
                    log.EvictOldest();
                }
            }

            while (log.Tail < log.Head)
            {
                log.EvictOldest();
            }

            Volatile.Write(ref isOver, true);
            return log.Head;
        });

        long[] taken = await Task.WhenAll(readers).WaitAsync(Patience);
        Assert.All(taken, count => Assert.True(count > 1_000, $"only {count} frames were taken"));
        Assert.Equal(0, _slabs.Outstanding);

        long TakeOldest()
        {
            long count = 0;
            while (!Volatile.Read(ref isOver))
            {
                long offset = log.Tail;
                if (log.TryRetain(offset, out MediaFrame? frame) == Retained.Taken)
                {
                    Assert.Equal((offset, (int)offset), (frame!.Offset, FrameMaker.MarkOf(frame)));
                    Assert.True(FrameMaker.IsIntact(frame), $"frame {offset} was overwritten");
                    frame.Release();
                    count++;
                }
            }

            return count;
        }
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
                OnThread(() => { go.SignalAndWait(); Spin(topic); return 0L; }),
                OnThread(() => { go.SignalAndWait(); Thread.SpinWait(round * 20); publication.Dispose(); return 0L; }),
                OnThread(() =>
                {
                    go.SignalAndWait();
                    Task reader = ReadAsync(topic);
                    topic.Subscribe(new SubscriptionOptions { Kind = "test" }).Dispose();
                    reader.GetAwaiter().GetResult();
                    return 0L;
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

    private static void Spin(StreamTopic topic)
    {
        var check = new StressCheck();
        using Subscription subscription = topic.Subscribe(new SubscriptionOptions { Kind = "spin" });
        while (!subscription.IsCompleted)
        {
            while (subscription.TryRead(out MediaFrame? frame))
            {
                check.Accept(frame);
                frame.Release();
            }

            Thread.Yield();
        }

        Received.AssertSum(subscription);
    }

    private static async Task ReadAsync(StreamTopic topic)
    {
        await Task.Yield();
        var check = new StressCheck();
        using Subscription subscription = topic.Subscribe(new SubscriptionOptions { Kind = "async" });
        await foreach (MediaFrame frame in subscription.ReadAllAsync())
        {
            check.Accept(frame);
            frame.Release();
        }

        await subscription.Completion;
        Received.AssertSum(subscription);
    }

    private long PublishFrames(Publication publication, int count, TimeProvider time)
    {
        using var maker = new FrameMaker(_slabs.Pool, time); // the hub's: times of two clocks look like ten seconds without a key frame
        for (int i = 0; i < count; i++)
        {
            publication.Publish(StressStream.Create(maker, publication.Topic.Head, place: i));
        }

        return count;
    }
}

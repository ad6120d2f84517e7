using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Hub.Tests;

/// <summary>Promises 1 and 8: what publishing and reading cost.</summary>
public sealed class PublishingTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(1_000)]
    public void Publishing_signals_each_shard_once_a_frame_and_touches_no_subscriber(int subscribers)
    {
        using var stream = new TestStream();
        Subscription[] standing = [.. Enumerable.Range(0, subscribers).Select(_ => stream.Subscribe())];
        ValueTask<bool>[] waiting = [.. standing.Select(subscription => subscription.WaitToReadAsync())];
        CountingSignal[] shards = [new(), new()];
        Array.ForEach(shards, stream.Topic.AddSignal);

        stream.Gop(500);

        Assert.All(shards, shard => Assert.Equal(1_000, shard.Calls));
        Assert.InRange(stream.Topic.Waiting.Wakes, subscribers > 0 ? 1 : 0, subscribers > 0 ? 1_000 : 0);
        Assert.All(standing, subscription => Assert.Equal((0, 0), (subscription.Cursor, subscription.Delivery.Dropped.Total)));
        Array.ForEach(shards, stream.Topic.RemoveSignal);
        stream.Gop(1);
        Assert.All(shards, shard => Assert.Equal(1_000, shard.Calls));
        Assert.All(waiting, wait => Assert.True(wait.AsTask().Wait(TimeSpan.FromSeconds(30)) && wait.IsCompleted));
        Array.ForEach(standing, subscription => subscription.Dispose());
    }

    [Fact]
    public async Task Waking_a_thousand_readers_is_not_the_publishers_work()
    {
        using var stream = new TestStream();
        Subscription[] readers = [.. Enumerable.Range(0, 1_000).Select(_ => stream.Subscribe())];
        stream.Audio(); // the first frame of all costs slabs
        Array.ForEach(readers, reader => Received.AllOf(reader));
        Task<bool>[] waiting = [.. readers.Select(reader => reader.WaitToReadAsync().AsTask())];

        long before = GC.GetAllocatedBytesForCurrentThread();
        stream.Audio();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // Who completes a wait pays for the work item that resumes its reader: tens of bytes each, if it were the publisher.
        Assert.InRange(allocated, 0, 10_000);
        Assert.All(await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(30)), Assert.True);
        Array.ForEach(readers, reader => reader.Dispose());
    }

    [Fact]
    public void A_signal_also_tells_of_the_end()
    {
        using var stream = new TestStream();
        var shard = new CountingSignal();
        stream.Topic.AddSignal(shard);
        stream.Publication.Dispose();

        Assert.Equal(1, shard.Calls);
        Assert.True(stream.Topic.IsEnded);
    }

    [Fact]
    public void Publishing_allocates_nothing_once_the_log_is_as_long_as_it_gets()
    {
        var time = new ManualTimeProvider();
        using var slabs = new LeakCheckingPool();
        using var maker = new FrameMaker(slabs.Pool, time);
        var hub = new StreamHub(new HubOptions(), time);
        using Publication publication = hub.TryPublish(TestStream.Key, out _)!;
        using Subscription subscription = publication.Topic.Subscribe(new SubscriptionOptions { Kind = "test" });
        publication.Topic.AddSignal(new CountingSignal());
        const int Batch = 3_000;
        const int MeasuredRuns = 10; // the runtime allocates, too, on a busy machine
        var frames = new Queue<MediaFrame>(Enumerable.Range(0, (3 + MeasuredRuns) * Batch).Select(i => maker.Create(
            new FrameInfo
            {
                Kind = i % 2 == 0 ? MediaKind.Video : MediaKind.Audio,
                Traits = i % 500 == 0 ? FrameTraits.RandomAccess : FrameTraits.None,
                Dts = i * 20,
            },
            i)));

        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < Batch; i++)
            {
                publication.Publish(frames.Dequeue());
            }
        }, MeasuredRuns));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Reading_allocates_nothing(bool confirms)
    {
        using var stream = new TestStream(new HubOptions { LagFrames = 1_000, LagTime = TimeSpan.FromSeconds(20) });
        using Subscription subscription = stream.Subscribe(confirms: confirms);
        stream.Headers();
        for (int i = 0; i < 4; i++)
        {
            Assert.True(subscription.TryRead(out MediaFrame? first) || i == 3);
            first?.Release();
        }

        stream.Gop(240);
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 80; i++)
            {
                _ = subscription.TryRead(out MediaFrame? frame);
                subscription.ConfirmDelivered(frame!);
                frame!.Release();
            }

            _ = subscription.Fill;
            _ = subscription.Lag;
        }));
        Assert.False(subscription.TryRead(out _));
        Assert.Equal(483, subscription.Delivery.Delivered.Total + subscription.InFlight);
    }

    [Fact]
    public void Leaving_out_video_and_jumping_allocate_nothing_either()
    {
        using var stream = new TestStream(new HubOptions { LagFrames = 40, BudgetFrames = 4_000 });
        using Subscription subscription = stream.Subscribe();
        _ = Received.AllOf(subscription);
        stream.Continue(100);
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int round = 0; round < 10; round++)
            {
                while (subscription.TryRead(out MediaFrame? frame))
                {
                    frame.Release();
                }
            }
        }));
        Assert.True(subscription.Delivery.Overruns > 0 || subscription.Delivery.GetDropped(DropReason.Overrun).Total > 0);
    }

    private sealed class CountingSignal : ITopicSignal
    {
        public int Calls { get; private set; }

        public void FramesAvailable() => Calls++;
    }
}

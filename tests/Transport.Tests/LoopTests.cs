using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using MediaServer.Media;
using MediaServer.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace MediaServer.Transport.Tests;

public partial class LoopTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Work_runs_in_the_order_posted_one_at_a_time(bool shard)
    {
        await using TransportHost host = MakeHost();
        EventLoop loop = LoopOf(host, shard);
        const int threads = 4;
        const int each = 5_000;
        int running = 0;
        bool overlapped = false;
        var seen = new List<(int Thread, int Number)>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Parallel.For(0, threads, thread =>
        {
            for (int number = 0; number < each; number++)
            {
                int mine = number;
                loop.Post(() =>
                {
                    overlapped |= Interlocked.Increment(ref running) != 1;
                    Assert.True(loop.IsCurrent);
                    seen.Add((thread, mine));
                    Interlocked.Decrement(ref running);
                    if (seen.Count == threads * each)
                    {
                        done.SetResult();
                    }
                });
            }
        });
        await done.Task.Soon();
        Assert.False(overlapped);
        for (int thread = 0; thread < threads; thread++)
        {
            Assert.Equal(Enumerable.Range(0, each), seen.Where(entry => entry.Thread == thread).Select(entry => entry.Number));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Switching_goes_on_on_the_loop_and_costs_nothing_when_there(bool shard)
    {
        await using TransportHost host = MakeHost();
        EventLoop loop = LoopOf(host, shard);
        Assert.False(loop.IsCurrent);
        await Task.Run(async () =>
        {
            await loop.SwitchTo();
            Assert.True(loop.IsCurrent);
            Assert.True(loop.SwitchTo().IsCompleted);
            bool posted = false;
            loop.Post(() => posted = true);
            await loop.SwitchTo();
            Assert.False(posted);
            await loop.Yield();
            Assert.True(posted);
            Assert.True(loop.IsCurrent);
        }).Soon();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Work_that_throws_ends_nothing_but_itself(bool shard)
    {
        await using TransportHost host = MakeHost();
        EventLoop loop = LoopOf(host, shard);
        loop.Post(() => throw new InvalidOperationException("a bug"));
        Assert.True(await loop.RunAsync(() => loop.IsCurrent));
        Assert.Equal(1, loop.Faults);
    }

    [Fact]
    public async Task Sockets_live_on_when_the_epoll_is_lost()
    {
        await using var rig = new Rig(TransportKind.Shard);
        (TransportConnection first, Peer firstPeer) = await rig.ConnectAsync();
        (TransportConnection second, Peer secondPeer) = await rig.ConnectAsync();
        Task echoing = Task.WhenAll(Echo(first), Echo(second));
        await AskAsync();

        var shard = (ShardLoop)first.Loop;
        using (SafeFileHandle nothing = File.OpenHandle("/dev/null"))
        {
            // Not closed, or the number would be the next test's: from here on it is no epoll.
            Assert.True(Replace((int)nothing.DangerousGetHandle(), shard.PollDescriptor) >= 0);
        }

        await AskAsync();
        await AskAsync();
        firstPeer.Reset();
        secondPeer.Reset();
        await echoing.Soon();

        static Task Echo(TransportConnection connection) => connection.ServeAsync(async () =>
        {
            ReadResult read;
            do
            {
                read = await connection.Input.ReadAsync();
                connection.Outbox.Write(read.Buffer.FirstSpan);
                connection.Input.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted);
            connection.Input.Complete();
        });

        async Task AskAsync()
        {
            foreach (Peer peer in new[] { firstPeer, secondPeer })
            {
                await peer.SendAsync(new byte[] { 1, 2, 3 });
                Assert.Equal([1, 2, 3], await peer.ReceiveAsync(3));
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Work_posted_after_the_end_still_runs_one_at_a_time(bool shard)
    {
        TransportHost host = MakeHost();
        EventLoop loop = LoopOf(host, shard);
        await host.DisposeAsync().AsTask().Soon();
        int running = 0;
        int[] order = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => loop.RunAsync(() =>
        {
            Assert.True(loop.IsCurrent);
            Assert.Equal(1, Interlocked.Increment(ref running));
            Interlocked.Decrement(ref running);
            return i;
        }))).Soon();
        Assert.Equal(Enumerable.Range(0, 100), order);
        await Task.Run(async () => await loop.SwitchTo()).Soon();
    }

    [Fact]
    public async Task A_shard_fires_its_timers_in_order_without_being_woken()
    {
        await using TransportHost host = MakeHost();
        EventLoop loop = LoopOf(host, shard: true);
        var fired = new List<string>();
        var done = new TaskCompletionSource<(long Wakes, TimeSpan Elapsed)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await loop.RunAsync(() =>
        {
            long wakes = loop.Wakes;
            long begun = loop.Time.GetTimestamp();
            ITimer never = Set("never", 10);
            ITimer moved = Set("moved", 70);
            ITimer last = Set("last", 60);
            Set("first", 20);
            ITimer period = loop.CreateTimer(() => fired.Add("period"), TimeSpan.FromMilliseconds(40), TimeSpan.FromMilliseconds(45));
            loop.CreateTimer(End, TimeSpan.FromMilliseconds(110), Timeout.InfiniteTimeSpan);
            never.Dispose();
            Assert.False(never.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
            Assert.True(moved.Change(TimeSpan.FromMilliseconds(30), Timeout.InfiniteTimeSpan));
            return true;

            ITimer Set(string name, int milliseconds) =>
                loop.CreateTimer(() => fired.Add(name), TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);

            void End()
            {
                period.Dispose();
                last.Dispose();
                done.SetResult((loop.Wakes - wakes, loop.Time.GetElapsedTime(begun)));
            }
        });

        (long wakesBetween, TimeSpan elapsed) = await done.Task.Soon();
        Assert.Equal(["first", "moved", "period", "last", "period"], fired.Take(5));
        Assert.Equal(0, wakesBetween);
        Assert.InRange(elapsed, TimeSpan.FromMilliseconds(110), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task A_timer_of_a_shard_is_changed_from_anywhere()
    {
        await using TransportHost host = MakeHost();
        EventLoop loop = LoopOf(host, shard: true);
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ITimer timer = loop.CreateTimer(fired.SetResult, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        Assert.True(timer.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan));
        await fired.Task.Soon();
        await timer.DisposeAsync();
        Assert.False(timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public async Task Setting_a_timer_of_a_shard_again_and_again_allocates_nothing()
    {
        await using TransportHost host = MakeHost();
        EventLoop loop = LoopOf(host, shard: true);
        long allocated = await loop.RunAsync(() =>
        {
            using ITimer timer = loop.CreateTimer(() => { }, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return Allocations.Of(() =>
            {
                for (int i = 0; i < 100; i++)
                {
                    timer.Change(TimeSpan.FromTicks(1), Timeout.InfiniteTimeSpan);
                    ((ShardLoop)loop).Timers.TryTakeDue(out _);
                    timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    ((ShardLoop)loop).Timers.GetMillisecondsLeft();
                }
            });
        });
        Assert.Equal(0, allocated);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_timer_posts_its_work_when_the_time_comes(bool shard)
    {
        var time = new ManualTimeProvider();
        await using TransportHost host = MakeHost(time);
        EventLoop loop = LoopOf(host, shard);
        var work = new Counting(loop);
        using (loop.CreateTimer(work, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)))
        {
            time.Advance(TimeSpan.FromSeconds(1.9));
            Assert.Equal(0, await loop.RunAsync(() => work.Runs));
            time.Advance(TimeSpan.FromSeconds(1.1));
            Assert.Equal(2, await loop.RunAsync(() => work.Runs));
        }

        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(2, await loop.RunAsync(() => work.Runs));
    }

    [Fact]
    public async Task A_shard_is_woken_only_when_it_sleeps()
    {
        await using TransportHost host = MakeHost();
        EventLoop loop = LoopOf(host, shard: true);
        long wakes = await loop.RunAsync(() =>
        {
            long before = loop.Wakes;
            for (int i = 0; i < 1_000; i++)
            {
                loop.Post(() => { });
            }

            return loop.Wakes - before;
        });
        Assert.Equal(0, wakes);
    }

    [Theory]
    [InlineData(TransportKind.Shard)]
    [InlineData(TransportKind.ManagedSocket)]
    [InlineData(TransportKind.Tls)]
    public async Task An_exception_in_a_source_ends_its_connection_and_no_other(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection broken, _) = await rig.ConnectAsync();
        (TransportConnection sound, Peer peer) = await rig.ConnectAsync();
        await broken.RunAsync(() =>
        {
            broken.StartSending(new BrokenSource(), FrameEnvelope.Rtmp);
            broken.Flush();
        });
        await broken.Closed.Soon();
        Assert.Equal(ConnectionEnd.Faulted, broken.End);
        Assert.Equal(1, broken.Loop.Faults);

        using var frames = new TestFrames(rig.Pool);
        MediaFrame frame = frames.Make(1_000);
        byte[] expected = TestFrames.BytesOf(frame, FrameEnvelope.Rtmp);
        await sound.RunAsync(() =>
        {
            sound.StartSending(new ListSource(frame), FrameEnvelope.Rtmp);
            sound.Flush();
        });
        Assert.Equal(expected, await peer.ReceiveAsync(expected.Length));
    }

    [Theory]
    [InlineData(TransportKind.Shard)]
    [InlineData(TransportKind.ManagedSocket)]
    [InlineData(TransportKind.Tls)]
    public async Task An_exception_where_a_read_is_resumed_ends_its_connection_and_no_other(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection broken, Peer peer) = await rig.ConnectAsync();
        (TransportConnection sound, Peer other) = await rig.ConnectAsync();
        await broken.RunAsync(() =>
        {
            ValueTask<ReadResult> reading = broken.Input.ReadAsync();
            reading.ConfigureAwait(false).GetAwaiter().OnCompleted(() => throw new InvalidOperationException("a bug"));
        });
        await peer.SendAsync(new byte[1]);
        await broken.Closed.Soon();
        Assert.Equal(ConnectionEnd.Faulted, broken.End);

        await sound.ServeAsync(async () =>
        {
            Task sending = other.SendAsync(new byte[1]);
            ReadResult read = await sound.Input.ReadAsync();
            Assert.Equal(1, read.Buffer.Length);
            sound.Input.AdvanceTo(read.Buffer.End);
            await sending.Soon();
        }).Soon();
    }

    private static TransportHost MakeHost(TimeProvider? time = null) => new(
        new TransportOptions { Loops = 1 },
        new SlabPool(),
        time ?? TimeProvider.System,
        NullLogger<TransportHost>.Instance);

    private static EventLoop LoopOf(TransportHost host, bool shard) => host.Loops.First(loop => loop is ShardLoop == shard);

    private sealed class Counting(EventLoop loop) : IThreadPoolWorkItem
    {
        public int Runs { get; private set; }

        public void Execute()
        {
            Assert.True(loop.IsCurrent);
            Runs++;
        }
    }

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Replace(int leadsTo, int descriptor);

    private sealed class BrokenSource : IFrameSource
    {
        public bool TryRead(out MediaFrame frame) => throw new InvalidOperationException("a bug");

        public void Sent(MediaFrame frame)
        {
        }

        public void Lost(MediaFrame frame)
        {
        }
    }
}

using System.Buffers;
using System.IO.Pipelines;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Transport.Tests;

public class ClosingTests
{
    public static TheoryData<TransportKind> Kinds => Rig.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Closing_delivers_what_is_pending_and_waits_for_the_peer(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync(smallBuffers: true);
        byte[] answers = new byte[60_000];
        new Random(9).NextBytes(answers);
        ValueTask closing = default;
        await connection.RunAsync(() =>
        {
            connection.Outbox.Write(answers);
            closing = connection.CloseAsync(TimeSpan.FromSeconds(30));
        });
        Assert.Equal(answers, await peer.ReceiveToEndAsync());
        Assert.False(connection.Closed.IsCompleted);
        await peer.FinishAsync();
        await closing.AsTask().Soon();
        Assert.Equal(ConnectionEnd.Closed, connection.End);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Closing_finishes_the_frame_that_was_begun_then_the_outbox(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync(smallBuffers: true);
        using var frames = new TestFrames(rig.Pool);
        MediaFrame begun = frames.Make(2_000_000);
        MediaFrame other = frames.Make(100);
        byte[] expected = [.. TestFrames.BytesOf(begun, FrameEnvelope.Rtmp), 1, 2];
        await connection.RunAsync(() =>
        {
            connection.StartSending(new ListSource(begun, other), FrameEnvelope.Rtmp);
            connection.Flush();
        });
        await connection.UntilAsync(() => connection.IsBlocked);
        Task closing = await connection.RunAsync(() =>
        {
            connection.Outbox.Write<byte>([1, 2]);
            return connection.CloseAsync(TimeSpan.FromSeconds(30)).AsTask();
        });
        Assert.Equal(expected, await peer.ReceiveToEndAsync());
        await peer.FinishAsync();
        await closing.Soon();
        Assert.Equal(ConnectionEnd.Closed, connection.End);
        other.Release();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Closing_drops_what_still_comes_in_so_that_the_last_answer_arrives(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        await peer.SendAsync(new byte[200_000]);
        await connection.RunAsync(() =>
        {
            connection.Outbox.Write<byte>([42]);
            _ = connection.CloseAsync(TimeSpan.FromSeconds(30)).AsTask();
        });
        await peer.SendAsync(new byte[2_000_000]);
        Assert.Equal([42], await peer.ReceiveToEndAsync());
        await peer.FinishAsync();
        await connection.Closed.Soon();
        Assert.Equal(ConnectionEnd.Closed, connection.End);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_peer_that_does_not_take_the_rest_is_cut_off_when_its_time_is_over(TransportKind kind)
    {
        var time = new ManualTimeProvider();
        await using var rig = new Rig(kind, time: time);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync(smallBuffers: true);
        using var frames = new TestFrames(rig.Pool);
        MediaFrame frame = frames.Make(10_000_000);
        await connection.RunAsync(() =>
        {
            connection.StartSending(new ListSource(frame), FrameEnvelope.Rtmp);
            connection.Flush();
        });
        await connection.UntilAsync(() => connection.IsBlocked);
        Task closing = await connection.RunAsync(() => connection.CloseAsync(TimeSpan.FromSeconds(5)).AsTask());
        time.Advance(TimeSpan.FromSeconds(4));
        await connection.RunAsync(() => true);
        Assert.False(closing.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await closing.Soon();
        Assert.Equal(ConnectionEnd.GraceExpired, connection.End);
        Assert.Equal(0, time.ArmedTimers);
        Assert.InRange((await peer.ReceiveToEndAsync()).Length, 0, 9_999_999);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_peer_that_took_everything_and_says_nothing_is_left_when_its_time_is_over(TransportKind kind)
    {
        var time = new ManualTimeProvider();
        await using var rig = new Rig(kind, time: time);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        Task closing = await connection.RunAsync(() =>
        {
            connection.Outbox.Write<byte>([1]);
            return connection.CloseAsync(TimeSpan.FromSeconds(5)).AsTask();
        });
        Assert.Equal([1], await peer.ReceiveToEndAsync());
        time.Advance(TimeSpan.FromSeconds(5));
        await closing.Soon();
        Assert.Equal(ConnectionEnd.Closed, connection.End);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Closing_without_grace_ends_at_once(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        await connection.RunAsync(() => connection.Outbox.Write<byte>([5]));
        await connection.CloseAsync(TimeSpan.Zero).AsTask().Soon();
        if (kind == TransportKind.Shard)
        {
            Assert.Equal([5], await peer.ReceiveToEndAsync());
            Assert.Equal(ConnectionEnd.Closed, connection.End);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Aborting_from_anywhere_ends_reader_and_peer(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        Task<ReadResult> reading = ReadAsync(connection);
        await connection.RunAsync(() => true);
        connection.Abort();
        connection.Abort();
        Assert.True((await reading.Soon()).IsCompleted);
        await connection.Closed.Soon();
        Assert.Equal(ConnectionEnd.Aborted, connection.End);
        Assert.Empty(await peer.ReceiveToEndAsync());
        await connection.CloseAsync(TimeSpan.FromSeconds(1)).AsTask().Soon(); // too late, and no harm
        Assert.Equal(ConnectionEnd.Aborted, connection.End);
        Assert.True(connection.PeerClosed.IsCancellationRequested);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_read_that_aborting_ends_is_not_resumed_inside_the_call(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, _) = await rig.ConnectAsync();
        Task<ReadResult> reading = ReadAsync(connection);
        await connection.RunAsync(() => true);
        await connection.RunAsync(() =>
        {
            connection.Abort();
            Assert.False(reading.IsCompleted);
        });
        Assert.True((await reading.Soon()).IsCompleted);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_reset_ends_it_though_nobody_reads(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        await connection.RunAsync(() => true);
        peer.Reset();
        await connection.Closed.Soon();
        Assert.Equal(ConnectionEnd.Reset, connection.End);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_end_of_the_peer_is_seen_though_nobody_reads(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = connection.PeerClosed.Register(seen.SetResult);
        await peer.FinishAsync();
        await seen.Task.Soon();
        Assert.Equal(ConnectionEnd.None, connection.End); // it can still be sent to
        await connection.RunAsync(() =>
        {
            connection.Outbox.Write<byte>([1, 2, 3]);
            connection.Flush();
        });
        Assert.Equal([1, 2, 3], await peer.ReceiveAsync(3));
        await connection.CloseAsync(TimeSpan.FromSeconds(30)).AsTask().Soon();
        Assert.Equal(ConnectionEnd.Closed, connection.End);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_a_reader_still_holds_outlives_the_connection_until_it_is_done(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        await connection.ServeAsync(async () =>
        {
            connection.ReceiveIntoSlabs();
            Task sending = peer.SendAsync(new byte[] { 1, 2, 3 });
            ReadResult read;
            while ((read = await connection.Input.ReadAsync()).Buffer.Length < 3)
            {
                connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }

            await sending.Soon();
            await connection.Loop.SwitchTo();
            connection.Abort();
            Assert.Equal([1, 2, 3], read.Buffer.ToArray());
            Assert.Equal(1, rig.Pool.Outstanding);
            connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await connection.Input.ReadAsync();
            Assert.True(read.IsCompleted);
            Assert.True(read.Buffer.IsEmpty);
            connection.Input.Complete();
        }).Soon();
        await connection.UntilAsync(() => rig.Pool.Outstanding == 0);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Everything_asked_of_a_closed_connection_does_nothing(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, _) = await rig.ConnectAsync();
        connection.Abort();
        await connection.Closed.Soon();
        using var frames = new TestFrames(rig.Pool);
        MediaFrame frame = frames.Make(100);
        var source = new ListSource(frame);
        await connection.RunAsync(() =>
        {
            connection.Outbox.Write<byte>([1, 2, 3]);
            connection.StartSending(source, FrameEnvelope.Rtmp);
            connection.Flush();
            connection.StopSending();
            Assert.Equal(0, connection.Outbox.PendingBytes);
        });
        Assert.Equal(0, source.ReadFrames);
        frame.Release();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_connection_ends_and_leaks_nothing_whichever_side_ends_it_and_when(TransportKind kind)
    {
        await using var rig = new Rig(kind, new TransportOptions { Loops = 2, ConnectionsPerLoop = 1 });
        using var frames = new TestFrames(rig.Pool);
        var ends = new List<Task>();
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            (TransportConnection connection, Peer peer) = await rig.ConnectAsync(smallBuffers: seed % 2 == 0);
            List<MediaFrame> all = [.. Enumerable.Range(0, 30).Select(_ => frames.Make(random.Next(0, 40_000)))];
            ends.Add(PlayAsync(connection, all));
            Task<byte[]> reading = seed % 3 == 0 ? Task.FromResult<byte[]>([]) : peer.ReceiveToEndAsync();
            ends.Add(reading);
            Action[] endings =
            [
                connection.Abort,
                () => _ = connection.CloseAsync(TimeSpan.FromMilliseconds(random.Next(50))).AsTask(),
                peer.Reset,
                peer.Dispose,
            ];
            Action first = endings[random.Next(endings.Length)];
            Action second = endings[random.Next(2)];
            ends.Add(Task.Run(first));
            ends.Add(Task.Run(second));
            ends.Add(connection.Closed);
        }

        await Task.WhenAll(ends.Select(IgnoreDisposalAsync)).Soon();
        Assert.Equal(0, rig.Host.ConnectionCount);
        Assert.All(rig.Host.Loops, loop => Assert.Equal(0, loop.Faults));
    }

    private static async Task PlayAsync(TransportConnection connection, List<MediaFrame> frames)
    {
        var source = new ListSource(frames);
        await connection.ServeAsync(async () =>
        {
            connection.StartSending(source, FrameEnvelope.Rtmp);
            ReadResult read;
            do
            {
                connection.Flush();
                read = await connection.Input.ReadAsync();
                connection.Input.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted);

            connection.Input.Complete();
        });
        await connection.Closed;
        frames[source.ReadFrames..].ForEach(frame => frame.Release());
        Assert.Equal(frames[..source.SentFrames.Count], source.SentFrames);
        Assert.Equal(frames[..source.ReadFrames], source.SentFrames.Concat(source.LostFrames).OrderBy(frame => frame.Dts));
    }

    private static async Task IgnoreDisposalAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (ObjectDisposedException)
        {
            // the peer was disposed under its own read
        }
    }

    private static async Task<ReadResult> ReadAsync(TransportConnection connection)
    {
        await connection.Loop.SwitchTo();
        return await connection.Input.ReadAsync();
    }
}

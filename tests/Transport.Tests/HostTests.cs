using System.Buffers;
using System.IO.Pipelines;
using MediaServer.TestKit;

namespace MediaServer.Transport.Tests;

/// <summary>Runs alone: it counts the descriptors of the process.</summary>
[CollectionDefinition(nameof(HostTests), DisableParallelization = true)]
public class AloneCollection;

[Collection(nameof(HostTests))]
public class HostTests
{
    public static TheoryData<TransportKind> Kinds => Rig.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Many_connections_live_side_by_side_and_leave_no_descriptor(TransportKind kind)
    {
        await TalkAsync(kind, 3);
        int before = CountDescriptors();
        int count = kind == TransportKind.Tls ? 40 : 300;
        await TalkAsync(kind, count);
        Assert.InRange(CountDescriptors(), 0, before + (count / 10)); // the runtime itself opens one now and then
    }

    [Fact]
    public async Task A_loop_is_filled_before_the_next_is_used_and_then_the_emptiest_is_taken()
    {
        await using var rig = new Rig(TransportKind.Shard, new TransportOptions { Loops = 2, ConnectionsPerLoop = 3 });
        var connections = new List<TransportConnection>();
        for (int i = 0; i < 8; i++)
        {
            connections.Add((await rig.ConnectAsync()).Connection);
        }

        EventLoop first = rig.Host.Loops[0];
        EventLoop second = rig.Host.Loops[1];
        Assert.All(connections[..3], connection => Assert.Same(first, connection.Loop));
        Assert.All(connections[3..6], connection => Assert.Same(second, connection.Loop));
        Assert.NotSame(connections[6].Loop, connections[7].Loop);
        Assert.Equal(8, rig.Host.ConnectionCount);

        connections[0].Abort();
        await connections[0].Closed.Soon();
        Assert.Equal(7, rig.Host.ConnectionCount);
    }

    [Fact]
    public async Task A_busy_loop_gets_no_new_connection_until_it_has_time_again()
    {
        var time = new ManualTimeProvider();
        await using var rig = new Rig(TransportKind.Shard, new TransportOptions { Loops = 2 }, time);
        EventLoop first = rig.Host.Loops[0];
        Assert.Same(first, (await rig.ConnectAsync()).Connection.Loop);

        await first.RunAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(2)); // all of it at work
            return true;
        });
        while (first.Load < 0.9)
        {
            await first.RunAsync(() => true); // it measures when it wakes
        }

        Assert.Same(rig.Host.Loops[1], (await rig.ConnectAsync()).Connection.Loop);
        time.Advance(TimeSpan.FromSeconds(2)); // asleep
        Assert.Same(first, (await rig.ConnectAsync()).Connection.Loop);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Disposing_the_host_ends_what_is_open_and_whoever_waits_for_it(TransportKind kind)
    {
        var rig = new Rig(kind);
        (TransportConnection connection, _) = await rig.ConnectAsync();
        Task<bool> reading = Task.Run(async () =>
        {
            await connection.Loop.SwitchTo();
            ReadResult read = await connection.Input.ReadAsync();
            connection.Input.Complete();
            return read.IsCompleted;
        });
        await connection.RunAsync(() => true);
        await rig.DisposeAsync().AsTask().Soon();
        Assert.True(await reading.Soon());
        await connection.Closed.Soon();
        Assert.Equal(0, rig.Host.ConnectionCount);
    }

    [Fact]
    public async Task A_socket_adopted_after_the_end_is_closed()
    {
        var rig = new Rig(TransportKind.Shard);
        await rig.Host.DisposeAsync().AsTask().Soon();
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        await connection.Closed.Soon();
        Assert.Equal(ConnectionEnd.Aborted, connection.End);
        Assert.Empty(await peer.ReceiveToEndAsync());
        await rig.DisposeAsync();
    }

    private static async Task TalkAsync(TransportKind kind, int count)
    {
        await using var rig = new Rig(kind, new TransportOptions { Loops = 2, ConnectionsPerLoop = Math.Max(1, count / 2) });
        var talks = new List<Task>();
        for (int i = 0; i < count; i++)
        {
            (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
            talks.Add(connection.ServeAsync(() => EchoAsync(connection)));
            talks.Add(TalkAsync(peer, i));
        }

        await Task.WhenAll(talks).Soon();
        Assert.Equal(0, rig.Host.ConnectionCount);
        Assert.Equal(count * 3L * 5_000, rig.Host.BytesReceived);
        Assert.Equal(rig.Host.BytesReceived, rig.Host.BytesSent);
    }

    private static async Task TalkAsync(Peer peer, int seed)
    {
        byte[] message = new byte[5_000];
        new Random(seed).NextBytes(message);
        for (int i = 0; i < 3; i++)
        {
            await peer.SendAsync(message);
            Assert.Equal(message, await peer.ReceiveAsync(message.Length));
        }

        await peer.FinishAsync();
    }

    private static async Task EchoAsync(TransportConnection connection)
    {
        ReadResult read;
        do
        {
            read = await connection.Input.ReadAsync();
            foreach (ReadOnlyMemory<byte> piece in read.Buffer)
            {
                connection.Outbox.Write(piece.Span);
            }

            connection.Input.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);

        connection.Input.Complete();
        await connection.CloseAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(ConnectionEnd.Closed, connection.End);
    }

    private static int CountDescriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
}

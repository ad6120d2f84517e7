using System.Buffers;
using System.IO.Pipelines;
using MediaServer.Media;

namespace MediaServer.Transport.Tests;

public class InputTests
{
    public static TheoryData<TransportKind> Kinds => Rig.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_message_is_the_same_wherever_it_is_cut(TransportKind kind)
    {
        byte[] message = [.. Enumerable.Range(0, 24).Select(i => (byte)i)];
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        Task serving = connection.ServeAsync(() => EchoAsync(connection, message.Length));

        for (int cut = 1; cut <= message.Length; cut++)
        {
            long before = connection.BytesReceived;
            await peer.SendAsync(message.AsMemory(0, cut));
            await connection.UntilAsync(() => connection.BytesReceived == before + cut);
            await peer.SendAsync(message.AsMemory(cut));
            Assert.Equal(message, await peer.ReceiveAsync(message.Length));
        }

        await peer.FinishAsync();
        await serving.Soon();
        Assert.Equal(ConnectionEnd.Closed, connection.End);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_read_completes_at_once_while_there_is_something_not_examined_and_waits_otherwise(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        PipeReader input = connection.Input;
        await connection.ServeAsync(async () =>
        {
            Task sending = peer.SendAsync(new byte[10]);
            ReadResult read = await input.ReadAsync();
            Assert.Equal(10, read.Buffer.Length);
            await sending.Soon();
            await connection.Loop.SwitchTo();

            input.AdvanceTo(read.Buffer.GetPosition(3), read.Buffer.GetPosition(5));
            ValueTask<ReadResult> again = input.ReadAsync();
            Assert.True(again.IsCompleted);
            read = await again;
            Assert.Equal(7, read.Buffer.Length);

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            again = input.ReadAsync();
            Assert.False(again.IsCompleted);
            sending = peer.SendAsync(new byte[4]);
            read = await again;
            Assert.Equal(11, read.Buffer.Length);
            Assert.True(connection.Loop.IsCurrent);

            input.AdvanceTo(read.Buffer.End);
            Assert.False(input.TryRead(out _));
            await sending.Soon();
            input.Complete();
        }).Soon();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_end_comes_behind_all_bytes_and_stays(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        byte[] sent = new byte[300_000];
        new Random(3).NextBytes(sent);
        Task sending = Task.Run(async () =>
        {
            await peer.SendAsync(sent);
            await peer.FinishAsync();
        });

        var received = new ArrayBufferWriter<byte>();
        await connection.ServeAsync(async () =>
        {
            connection.ReceiveIntoSlabs();
            ReadResult read;
            do
            {
                read = await connection.Input.ReadAsync();
                foreach (ReadOnlyMemory<byte> piece in read.Buffer)
                {
                    received.Write(piece.Span);
                }

                connection.Input.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted);

            Assert.True((await connection.Input.ReadAsync()).IsCompleted);
            connection.Input.Complete();
        }).Soon();
        await sending.Soon();
        Assert.Equal(sent, received.WrittenSpan);
        Assert.Equal(ConnectionEnd.None, connection.End);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Forty_retained_reads_of_ten_kilobytes_hold_seven_slabs(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        var retained = new List<PayloadBuilder>();
        Task serving = connection.ServeAsync(async () =>
        {
            connection.ReceiveIntoSlabs();
            connection.Outbox.Write<byte>([1]);
            connection.Flush();
            for (int i = 0; i < 40; i++)
            {
                var builder = new PayloadBuilder(rig.Pool);
                retained.Add(builder);
                while (builder.LengthBytes < 10_000)
                {
                    ReadResult read = await connection.Input.ReadAsync();
                    builder.Append(read.Buffer);
                    connection.Input.AdvanceTo(read.Buffer.End);
                }

                connection.Outbox.Write<byte>([1]);
                connection.Flush();
            }
        });

        await peer.ReceiveAsync(1);
        for (int i = 0; i < 40; i++)
        {
            byte[] message = new byte[10_000];
            Array.Fill(message, (byte)i);
            await peer.SendAsync(message);
            await peer.ReceiveAsync(1);
        }

        await serving.Soon();
        await connection.UntilAsync(() => rig.Pool.Outstanding <= 7); // a managed send gives its buffer back when it is done
        Assert.Equal(7, rig.Pool.Outstanding);
        for (int i = 0; i < 40; i++)
        {
            Assert.Equal(10_000, retained[i].LengthBytes);
            byte[] bytes = new byte[10_000];
            retained[i].CopyPrefix(bytes);
            Assert.All(bytes, value => Assert.Equal(i, value));
            retained[i].Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_peer_that_says_nothing_costs_no_buffer(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        _ = connection.ServeAsync(() => EchoAsync(connection, 100));
        for (int i = 0; i < 3; i++)
        {
            await peer.SendAsync(new byte[100]);
            await peer.ReceiveAsync(100);
        }

        await connection.UntilAsync(() => connection.Loop.Memory.BlocksInUse == 0 && rig.Pool.Outstanding == 0);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_reader_that_keeps_everything_and_asks_for_more_is_cut_off(TransportKind kind)
    {
        await using var rig = new Rig(kind, new TransportOptions { Loops = 1, MaxUnreadBytes = 20_000 });
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        Task sending = IgnoreEndAsync(peer.SendAsync(new byte[4_000_000]));
        long most = 0;
        await connection.ServeAsync(async () =>
        {
            ReadResult read;
            do
            {
                read = await connection.Input.ReadAsync();
                most = Math.Max(most, read.Buffer.Length);
                connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
            while (!read.IsCompleted);
            connection.Input.Complete();
        }).Soon();

        Assert.InRange(most, 20_000, 20_000 + Slab.LengthBytes);
        Assert.Equal(ConnectionEnd.InputOverflow, connection.End);
        peer.Dispose();
        await sending.Soon();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Bytes_of_a_reader_that_does_not_read_stay_with_the_peer(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        Task sending = IgnoreEndAsync(peer.SendAsync(new byte[16_000_000]));
        Task first = connection.ServeAsync(async () =>
        {
            ReadResult read = await connection.Input.ReadAsync();
            connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
        });
        await first.Soon();
        long iterations = 0;
        for (int i = 0; i < 20; i++)
        {
            iterations = await connection.RunAsync(() => connection.Loop.Iterations);
        }

        long received = connection.BytesReceived;
        for (int i = 0; i < 20; i++)
        {
            await connection.RunAsync(() => true);
        }

        Assert.InRange(received, 1, 2 * Slab.LengthBytes);
        Assert.Equal(received, connection.BytesReceived);
        Assert.InRange(await connection.RunAsync(() => connection.Loop.Iterations) - iterations, 1, 80); // it does not spin on what is waiting
        peer.Dispose();
        await sending.Soon();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_waiting_read_can_be_cancelled_both_ways(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        using var cancellation = new CancellationTokenSource();
        await connection.ServeAsync(async () =>
        {
            ValueTask<ReadResult> waiting = connection.Input.ReadAsync(cancellation.Token);
            _ = Task.Run(cancellation.Cancel);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
            await connection.Loop.SwitchTo();

            waiting = connection.Input.ReadAsync();
            _ = Task.Run(connection.Input.CancelPendingRead);
            ReadResult read = await waiting;
            Assert.True(read.IsCanceled);
            connection.Input.AdvanceTo(read.Buffer.End);

            waiting = connection.Input.ReadAsync();
            Assert.False(waiting.IsCompleted);
            Task sending = peer.SendAsync(new byte[5]);
            Assert.Equal(5, (await waiting).Buffer.Length);
            await sending.Soon();
        }).Soon();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Reading_out_of_turn_is_refused(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        Assert.Throws<InvalidOperationException>(() => connection.Input.TryRead(out _)); // not on its loop
        Assert.Throws<InvalidOperationException>(connection.Flush);
        await connection.ServeAsync(async () =>
        {
            Assert.Throws<InvalidOperationException>(() => connection.Input.AdvanceTo(default));
            Task sending = peer.SendAsync(new byte[5]);
            ReadResult read = await connection.Input.ReadAsync();
            Assert.Throws<InvalidOperationException>(() => connection.Input.TryRead(out _));
            connection.Input.AdvanceTo(read.Buffer.End);
            connection.Input.Complete();
            Assert.Throws<InvalidOperationException>(() => connection.Input.TryRead(out _));
            await sending.Soon();
        }).Soon();
    }

    private static async Task EchoAsync(TransportConnection connection, int messageLength)
    {
        ReadResult read;
        do
        {
            read = await connection.Input.ReadAsync();
            ReadOnlySequence<byte> rest = read.Buffer;
            while (rest.Length >= messageLength)
            {
                foreach (ReadOnlyMemory<byte> piece in rest.Slice(0, messageLength))
                {
                    connection.Outbox.Write(piece.Span);
                }

                rest = rest.Slice(messageLength);
            }

            connection.Input.AdvanceTo(rest.Start, rest.End);
        }
        while (!read.IsCompleted);

        connection.Input.Complete();
        await connection.CloseAsync(TimeSpan.FromSeconds(10));
    }

    private static async Task IgnoreEndAsync(Task sending)
    {
        try
        {
            await sending;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // the connection ended under it, as the test wants it
        }
    }
}

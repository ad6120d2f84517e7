using System.Buffers;
using MediaServer.Media;

namespace MediaServer.Transport.Tests;

public class SendingTests
{
    public static TheoryData<TransportKind> Kinds => Rig.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_slow_reader_gets_every_byte_in_order(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync(smallBuffers: true);
        using var frames = new TestFrames(rig.Pool);
        var random = new Random(5);
        List<MediaFrame> all = [.. Enumerable.Range(0, 300).Select(i => frames.Make(i % 50 == 0 ? 200_000 : random.Next(0, 3_000)))];
        byte[] expected = [.. all.SelectMany(frame => TestFrames.BytesOf(frame, FrameEnvelope.Flv))];
        var source = new ListSource(all);

        await connection.RunAsync(() =>
        {
            connection.StartSending(source, FrameEnvelope.Flv);
            connection.Flush();
        });
        byte[] received = new byte[expected.Length];
        for (int at = 0; at < received.Length;)
        {
            at += await peer.ReceiveSomeAsync(received.AsMemory(at, Math.Min(received.Length - at, random.Next(1, 9_000))));
        }

        Assert.Equal(expected, received);
        await source.AllSent.Task.Soon();
        Assert.Equal(all, source.SentFrames);
        Assert.Empty(source.LostFrames);
        Assert.Equal(expected.Length, connection.BytesSent);
        Assert.All(all, frame => Assert.False(frame.TryRetain()));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Many_small_frames_travel_in_few_calls(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        using var frames = new TestFrames(rig.Pool);
        List<MediaFrame> all = [.. Enumerable.Range(0, 64).Select(_ => frames.Make(300))];
        int length = all.Sum(frame => frame.GetLengthBytes(FrameEnvelope.Rtmp));
        await connection.RunAsync(() =>
        {
            connection.StartSending(new ListSource(all), FrameEnvelope.Rtmp);
            connection.Flush();
        });
        await peer.ReceiveAsync(length);
        await connection.UntilAsync(() => connection.BytesSent == length);
        Assert.Equal(1, connection.SendCalls);
    }

    [Fact]
    public async Task A_long_run_travels_in_one_call_and_the_next_while_it_is_on_its_way()
    {
        await using var rig = new Rig(TransportKind.Shard);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        using var frames = new TestFrames(rig.Pool);
        MediaFrame[] log = [.. Enumerable.Range(0, 50).Select(i => frames.Make(10_000, i))]; // twice 250 KB, where 128 may wait unsent
        byte[] expected = [.. log.SelectMany(frame => TestFrames.BytesOf(frame, FrameEnvelope.Rtmp))];
        var source = new RunSource(log, FrameEnvelope.Rtmp);
        await connection.RunAsync(() => connection.StartSending(source, FrameEnvelope.Rtmp));
        for (int run = 0; run < 2; run++)
        {
            await connection.RunAsync(() =>
            {
                source.Fill(25 * run, 25);
                source.Head = 25 * (run + 1);
                connection.Flush();
                source.Run.Clear();
            });
            Assert.Equal(expected[..(expected.Length / 2)], await peer.ReceiveAsync(expected.Length / 2));
            expected = expected[(expected.Length / 2)..];
        }

        Assert.Equal((2, 2), (source.SentRuns, connection.SendCalls));
        source.Evict(0, 50);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Runs_arrive_whole_and_in_order_at_a_slow_reader(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync(smallBuffers: true);
        using var frames = new TestFrames(rig.Pool);
        var random = new Random(7);
        MediaFrame[] log = [.. Enumerable.Range(0, 400).Select(i => frames.Make(random.Next(0, 9_000), i))];
        byte[] expected = [.. log.SelectMany(frame => TestFrames.BytesOf(frame, FrameEnvelope.Flv))];
        var source = new RunSource(log, FrameEnvelope.Flv);
        await connection.RunAsync(() =>
        {
            source.Fill(0, 60);
            connection.StartSending(source, FrameEnvelope.Flv);
            connection.Flush();
            source.Run.Clear();
        });
        for (int at = 0; at < expected.Length;)
        {
            byte[] piece = await peer.ReceiveAsync(Math.Min(expected.Length - at, random.Next(1, 60_000)));
            Assert.Equal(expected[at..(at + piece.Length)], piece);
            at += piece.Length;
        }

        await connection.UntilAsync(() => source.SentFrames.Count == log.Length);
        Assert.Equal(log, source.SentFrames);
        Assert.Empty(source.LostFrames);
        source.Evict(0, log.Length);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Answers_go_between_two_frames_and_never_into_one(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync(smallBuffers: true);
        using var frames = new TestFrames(rig.Pool);
        MediaFrame first = frames.Make(1_500_000);
        MediaFrame second = frames.Make(500);
        byte[] answer = [1, 2, 3, 4, 5];
        byte[] expected = [.. TestFrames.BytesOf(first, FrameEnvelope.Rtmp), .. answer, .. TestFrames.BytesOf(second, FrameEnvelope.Rtmp)];

        await connection.RunAsync(() =>
        {
            connection.StartSending(new ListSource(first, second), FrameEnvelope.Rtmp);
            connection.Flush();
        });
        await connection.UntilAsync(() => connection.IsBlocked);
        await connection.RunAsync(() =>
        {
            connection.Outbox.Write(answer);
            connection.Flush();
        });
        Assert.Equal(expected, await peer.ReceiveAsync(expected.Length));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_a_source_answers_at_its_end_follows_its_last_frame(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync(smallBuffers: true);
        using var frames = new TestFrames(rig.Pool);
        MediaFrame[] all = [.. Enumerable.Range(0, 20).Select(_ => frames.Make(5_000))];
        byte[] expected = [.. all.SelectMany(frame => TestFrames.BytesOf(frame, FrameEnvelope.Rtmp)), 7, 7, 7];
        await connection.RunAsync(() =>
        {
            connection.StartSending(new EndingSource(all, connection.Outbox), FrameEnvelope.Rtmp);
            connection.Flush();
        });
        Assert.Equal(expected, await peer.ReceiveAsync(expected.Length));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_half_sent_frame_that_was_evicted_goes_on_from_a_copy(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync(smallBuffers: true);
        using var frames = new TestFrames(rig.Pool);
        MediaFrame big = frames.Make(1_500_000, offset: 7);
        MediaFrame next = frames.Make(100, offset: 8);
        Assert.True(next.TryRetain()); // the log has this one still
        byte[] expected = [.. TestFrames.BytesOf(big, FrameEnvelope.Flv), .. TestFrames.BytesOf(next, FrameEnvelope.Flv)];
        var source = new ListSource(big, next);
        await connection.RunAsync(() =>
        {
            Assert.Equal(-1, connection.HalfSentOffset);
            connection.StartSending(source, FrameEnvelope.Flv);
            connection.Flush();
        });
        await connection.UntilAsync(() => connection.IsBlocked);

        long copiedBefore = MediaDiagnostics.CopiedBytes(CopyReason.EvictedRest);
        int rest = await connection.RunAsync(() =>
        {
            Assert.Equal(7, connection.HalfSentOffset);
            int left = connection.HalfSentBytesLeft;
            connection.DetachHalfSent();
            Assert.Equal(-1, connection.HalfSentOffset);
            connection.DetachHalfSent(); // nothing more to let go of
            return left;
        });
        Assert.Equal(rest, MediaDiagnostics.CopiedBytes(CopyReason.EvictedRest) - copiedBefore);
        Assert.False(big.TryRetain());
        Assert.DoesNotContain(big, source.SentFrames);

        Assert.Equal(expected, await peer.ReceiveAsync(expected.Length));
        await source.AllSent.Task.Soon();
        Assert.Equal([big, next], source.SentFrames);
        next.Release();
    }

    [Fact]
    public async Task A_blocked_player_holds_one_frame_and_loses_those_that_leave_the_log()
    {
        await using var rig = new Rig(TransportKind.Shard);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync(smallBuffers: true);
        using var frames = new TestFrames(rig.Pool);
        List<MediaFrame> log = [.. Enumerable.Range(0, 400).Select(i => frames.Make(4_000, i))];
        byte[][] bytes = [.. log.Select(frame => TestFrames.BytesOf(frame, FrameEnvelope.Rtmp))];
        log.ForEach(frame => Assert.True(frame.TryRetain())); // the log's own reference
        var source = new ListSource(log);
        await connection.RunAsync(() =>
        {
            connection.StartSending(source, FrameEnvelope.Rtmp);
            connection.Flush();
            Assert.True(connection.IsBlocked);
        });

        // The log lets go of all that was read: only the half-sent frame stays.
        int half = (int)await connection.RunAsync(() => connection.HalfSentOffset);
        int read = source.ReadFrames;
        Assert.Equal(half, source.SentFrames.Count);
        Assert.InRange(read - half, 2, Outgoing.MaxFrames);
        for (int i = 0; i < read; i++)
        {
            log[i].Release();
            bool isHeld = log[i].TryRetain();
            Assert.Equal(i == half, isHeld);
            if (isHeld)
            {
                log[i].Release();
            }
        }

        // It is finished; the frames read with it are lost, and the source goes on with what it has.
        byte[] expected = [.. bytes[..(half + 1)].Concat(bytes[read..]).SelectMany(piece => piece)];
        Assert.Equal(expected, await peer.ReceiveAsync(expected.Length));
        await source.AllSent.Task.Soon();
        Assert.Equal(log[(half + 1)..read], source.LostFrames);
        Assert.Equal(log.Count, source.SentFrames.Count + source.LostFrames.Count);
        log[read..].ForEach(frame => frame.Release());
    }

    [Fact]
    public async Task Frames_read_ahead_are_sent_when_the_log_still_has_them()
    {
        await using var rig = new Rig(TransportKind.Shard);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync(smallBuffers: true);
        using var frames = new TestFrames(rig.Pool);
        List<MediaFrame> log = [.. Enumerable.Range(0, 400).Select(i => frames.Make(4_000, i))];
        byte[] expected = [.. log.SelectMany(frame => TestFrames.BytesOf(frame, FrameEnvelope.Rtmp))];
        log.ForEach(frame => Assert.True(frame.TryRetain()));
        var source = new ListSource(log);
        await connection.RunAsync(() =>
        {
            connection.StartSending(source, FrameEnvelope.Rtmp);
            connection.Flush();
            Assert.True(connection.IsBlocked);
        });
        Assert.Equal(expected, await peer.ReceiveAsync(expected.Length));
        await source.AllSent.Task.Soon();
        Assert.Equal(log, source.SentFrames);
        log.ForEach(frame => frame.Release());
        Assert.All(log, frame => Assert.False(frame.TryRetain()));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_reference_comes_back_when_it_is_cut_off_with_a_half_sent_frame(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, _) = await rig.ConnectAsync(smallBuffers: true);
        using var frames = new TestFrames(rig.Pool);
        List<MediaFrame> all = [.. Enumerable.Range(0, 200).Select(_ => frames.Make(20_000))];
        var source = new ListSource(all);
        await connection.RunAsync(() =>
        {
            connection.StartSending(source, FrameEnvelope.Rtmp);
            connection.Flush();
        });
        await connection.UntilAsync(() => connection.IsBlocked);
        connection.Abort();
        await connection.Closed.Soon();

        Assert.Equal(ConnectionEnd.Aborted, connection.End);
        Assert.Equal(all[..source.ReadFrames], [.. source.SentFrames, .. source.LostFrames]);
        Assert.All(all[..source.ReadFrames], frame => Assert.False(frame.TryRetain()));
        all[source.ReadFrames..].ForEach(frame => frame.Release());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Stopping_finishes_the_frame_that_was_begun_and_sends_no_other(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync(smallBuffers: true);
        using var frames = new TestFrames(rig.Pool);
        MediaFrame begun = frames.Make(1_500_000);
        MediaFrame other = frames.Make(100);
        byte[] expected = [.. TestFrames.BytesOf(begun, FrameEnvelope.Rtmp), 9];
        var source = new ListSource(begun, other);
        await connection.RunAsync(() =>
        {
            connection.StartSending(source, FrameEnvelope.Rtmp);
            connection.Flush();
        });
        await connection.UntilAsync(() => connection.IsBlocked);
        await connection.RunAsync(() =>
        {
            connection.StopSending();
            connection.Outbox.Write<byte>([9]);
        });
        Assert.Equal(expected, await peer.ReceiveAsync(expected.Length));
        await connection.UntilAsync(() => source.SentFrames.Count == 1);
        Assert.Equal([begun], source.SentFrames);
        other.Release();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_peer_that_lets_the_outbox_fill_up_is_cut_off(TransportKind kind)
    {
        await using var rig = new Rig(kind);
        (TransportConnection connection, _) = await rig.ConnectAsync(smallBuffers: true);
        for (int i = 0; i < 100_000 && !connection.Closed.IsCompleted; i++)
        {
            await connection.RunAsync(() =>
            {
                connection.Outbox.Write(new byte[1_000]);
                connection.Flush();
                Assert.InRange(connection.Outbox.PendingBytes, 0, connection.Outbox.CapacityBytes);
            });
        }

        await connection.Closed.Soon();
        Assert.Equal(ConnectionEnd.OutboxOverflow, connection.End);
        Assert.Equal(0, connection.Loop.Memory.BlocksInUse);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Time_without_progress_runs_only_while_it_is_blocked(TransportKind kind)
    {
        var time = new TestKit.ManualTimeProvider();
        await using var rig = new Rig(kind, time: time);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync(smallBuffers: true);
        using var frames = new TestFrames(rig.Pool);
        MediaFrame frame = frames.Make(1_500_000);
        int length = frame.GetLengthBytes(FrameEnvelope.Rtmp);
        await connection.RunAsync(() =>
        {
            connection.StartSending(new ListSource(frame), FrameEnvelope.Rtmp);
            connection.Flush();
        });
        await connection.UntilAsync(() => connection.IsBlocked);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.InRange(await connection.RunAsync(() => connection.SinceProgress), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(9));
        await peer.ReceiveAsync(length);
        await connection.UntilAsync(() => connection.BytesSent == length);
        Assert.Equal(TimeSpan.Zero, await connection.RunAsync(() => connection.SinceProgress));
    }

    private sealed class EndingSource(IEnumerable<MediaFrame> frames, Outbox outbox) : IFrameSource
    {
        private readonly Queue<MediaFrame> _frames = new(frames);
        private int _unsent;
        private bool _ended;

        public bool TryRead([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out MediaFrame frame)
        {
            if (_frames.TryDequeue(out frame))
            {
                _unsent++;
                return true;
            }

            if (!_ended && _unsent == 0)
            {
                _ended = true;
                outbox.Write<byte>([7, 7, 7]);
            }

            return false;
        }

        public void Sent(MediaFrame frame) => _unsent--;

        public void Lost(MediaFrame frame)
        {
        }
    }
}

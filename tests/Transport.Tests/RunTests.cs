using System.Buffers;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Transport.Tests;

/// <summary>Runs seen from what puts a send together: the test is the kernel, and takes as many bytes as it likes.</summary>
public class RunTests : IDisposable
{
    private const FrameEnvelope Envelope = FrameEnvelope.Rtmp;

    private readonly LeakCheckingPool _pool = new();
    private readonly TestFrames _frames;
    private readonly LoopMemory _memory;
    private readonly Outbox _outbox;
    private readonly Outgoing _outgoing;
    private readonly List<byte> _received = [];
    private bool _hasOverflowed;

    public RunTests()
    {
        _frames = new TestFrames(_pool.Pool);
        _memory = new LoopMemory(_pool.Pool);
        _outbox = new Outbox(_memory, 64 * 1024, () => _hasOverflowed = true);
        _outgoing = new Outgoing(_memory, _outbox);
    }

    public void Dispose()
    {
        _outgoing.Close();
        _frames.Dispose();
        _pool.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_run_that_the_kernel_takes_at_once_is_one_send_and_one_answer()
    {
        RunSource source = Start(out byte[] expected, 700, 20, 30_000, 1, 0, 90_000);
        source.Fill(0, 6);

        Assert.True(_outgoing.TryGather(64 * 1024, out ReadOnlySpan<IoVector> vectors, out int lengthBytes));
        Assert.True(_outgoing.IsRun);
        Assert.True(vectors == source.Run.Vectors);
        Assert.Equal(expected.Length, lengthBytes);
        Take(vectors, lengthBytes);
        _outgoing.Advance(lengthBytes);

        Assert.Equal(1, source.SentRuns);
        Finish(source, expected);
    }

    [Fact]
    public void A_run_goes_on_frame_by_frame_wherever_the_kernel_cut_it()
    {
        int[] lengths = [30, 1, 0, 17, 5];
        int total = lengths.Sum(length => length + 12);
        for (int first = 0; first < total; first++)
        {
            for (int second = 0; second < 40; second++)
            {
                _received.Clear();
                RunSource source = Start(out byte[] expected, lengths);
                source.Fill(0, lengths.Length);
                Assert.True(TrySend(first));
                Assert.Equal(0, source.SentRuns);
                source.Run.Clear(); // the walk is over
                Assert.True(TrySend(second));
                Finish(source, expected);
            }
        }
    }

    [Fact]
    public void Frames_that_leave_the_log_behind_a_cut_are_lost_and_only_the_begun_one_is_finished()
    {
        int[] lengths = [30, 10, 20, 17, 5, 9];
        int inRun = lengths.Take(4).Sum(length => length + 12);
        for (int cut = 0; cut < inRun; cut++)
        {
            _received.Clear();
            RunSource source = Start(out _, out MediaFrame[] log, lengths);
            byte[][] bytes = [.. log.Select(frame => TestFrames.BytesOf(frame, Envelope))];
            source.Fill(0, 4);
            Assert.True(TrySend(cut));
            source.Run.Clear();
            source.Evict(0, 4);

            int whole = source.SentFrames.Count;
            bool isBegun = cut > bytes.Take(whole).Sum(piece => piece.Length);
            Assert.Equal(isBegun ? whole : -1, _outgoing.BegunOffset);
            if (cut % 2 == 0)
            {
                _outgoing.DetachBegun();
                Assert.All(log[..4], frame => Assert.False(frame.TryRetain()));
            }

            while (TrySend(7))
            {
            }

            int reached = whole + (isBegun ? 1 : 0);
            Assert.Equal([.. bytes[..reached].Concat(bytes[4..]).SelectMany(piece => piece)], _received);
            Assert.Equal(log[reached..4], source.LostFrames);
            Assert.Equal([.. log[..reached], .. log[4..]], source.SentFrames);
            source.Evict(4, 2);
            Assert.All(log, frame => Assert.False(frame.TryRetain()));
            _outgoing.Stop();
        }
    }

    [Fact]
    public void Answers_stand_between_the_frames_of_a_cut_run_and_never_in_one()
    {
        int[] lengths = [30, 10, 20];
        int total = lengths.Sum(length => length + 12);
        byte[] answer = [201, 202, 203];
        for (int cut = 0; cut < total; cut++)
        {
            _received.Clear();
            RunSource source = Start(out byte[] expected, lengths);
            source.Fill(0, lengths.Length);
            Assert.True(TrySend(cut));
            _outbox.Write(answer);
            while (TrySend(int.MaxValue))
            {
            }

            int boundary = Enumerable.Range(0, 4).Select(count => lengths.Take(count).Sum(length => length + 12)).First(end => end >= cut);
            Assert.Equal([.. expected[..boundary], .. answer, .. expected[boundary..]], _received);
            Close(source);
        }
    }

    [Fact]
    public void No_run_overtakes_an_answer()
    {
        RunSource source = Start(out byte[] expected, 100, 50);
        source.Fill(0, 2);
        _outbox.Write<byte>([7, 7]);
        Assert.True(TrySend(1));
        Assert.True(TrySend(int.MaxValue));
        Assert.Equal([7, 7, .. expected], _received);
        Assert.Equal(0, source.SentRuns);
        Close(source);
    }

    [Fact]
    public void A_goodbye_follows_a_run()
    {
        RunSource source = Start(out byte[] expected, 100, 50);
        source.SayGoodbye = () => _outbox.Write<byte>([7, 7, 7]);
        source.Fill(0, 2);
        Assert.True(TrySend(int.MaxValue));
        Assert.True(TrySend(int.MaxValue));
        Assert.False(TrySend(int.MaxValue));
        Assert.Equal([.. expected, 7, 7, 7], _received);
        Close(source);
    }

    [Fact]
    public void A_run_of_another_place_is_left_alone()
    {
        RunSource source = Start(out byte[] expected, 10, 20, 30);
        source.Fill(1, 2);
        Assert.True(TrySend(int.MaxValue));
        Assert.Equal(0, source.SentRuns);
        Finish(source, expected);
    }

    [Fact]
    public void A_run_that_was_copied_is_answered_when_the_kernel_has_it()
    {
        RunSource source = Start(out _, 10, 20, 30);
        source.Fill(0, 3);
        Assert.True(_outgoing.TryGather(64 * 1024, out _, out int lengthBytes));
        _outgoing.Advance(lengthBytes, inKernel: false);
        Assert.Empty(source.SentFrames);
        _outgoing.Confirm();
        Assert.Equal(3, source.SentFrames.Count);
        Close(source);
    }

    [Fact]
    public void Taking_and_sending_runs_allocates_nothing()
    {
        MediaFrame[] log = [.. Enumerable.Range(0, 20).Select(i => _frames.Make(100, i))];
        var source = new SameRun(log);
        _outgoing.Start(source, Envelope);
        Assert.Equal(0, Allocations.Of(() =>
        {
            _outgoing.TryGather(64 * 1024, out _, out int lengthBytes);
            _outgoing.Advance(lengthBytes);
            _outgoing.TryGather(64 * 1024, out _, out lengthBytes);
            _outgoing.Advance(lengthBytes / 2); // cut, and finished frame by frame
            while (_outgoing.TryGather(64 * 1024, out _, out lengthBytes) && !_outgoing.IsRun)
            {
                _outgoing.Advance(lengthBytes);
            }

            _outgoing.Advance(lengthBytes);
        }));
        Assert.Equal(6 * 2, source.SentRuns);
        source.Run.Clear();
    }

    [Fact]
    public void Nothing_more_is_sent_when_answers_overflow_while_a_send_is_gathered()
    {
        MediaFrame[] log = [_frames.Make(10, 0), _frames.Make(10, 1)];
        var source = new RunSource(log, Envelope) { SayGoodbye = () => _outbox.Write(new byte[70_000]) };
        _outgoing.Start(source, Envelope);
        Assert.True(TrySend(int.MaxValue));
        _outbox.Write<byte>([1, 2, 3]);
        int blocks = _memory.BlocksInUse;
        _received.Clear();

        Assert.False(TrySend(int.MaxValue)); // the source answers more than there is room for

        Assert.True(_hasOverflowed);
        Assert.Empty(_received);
        Assert.InRange(_memory.BlocksInUse, blocks + 1, 16); // nobody else writes where this send was gathered from
        _outgoing.Close();
        Assert.Equal(0, _memory.BlocksInUse);
        source.Evict(0, 2);
    }

    private RunSource Start(out byte[] expected, params int[] lengths)
    {
        RunSource source = Start(out expected, out _, lengths);
        return source;
    }

    private RunSource Start(out byte[] expected, out MediaFrame[] log, params int[] lengths)
    {
        log = [.. lengths.Select((length, i) => _frames.Make(length, i))];
        expected = [.. log.SelectMany(frame => TestFrames.BytesOf(frame, Envelope))];
        var source = new RunSource(log, Envelope);
        _outgoing.Start(source, Envelope);
        return source;
    }

    /// <summary>The kernel takes up to so many bytes of the next send.</summary>
    private bool TrySend(int bytes)
    {
        if (!_outgoing.TryGather(64 * 1024, out ReadOnlySpan<IoVector> vectors, out int lengthBytes))
        {
            return false;
        }

        bytes = Math.Min(bytes, lengthBytes);
        Take(vectors, bytes);
        _outgoing.Advance(bytes);
        return true;
    }

    private void Take(ReadOnlySpan<IoVector> vectors, int bytes)
    {
        foreach (IoVector vector in vectors)
        {
            ReadOnlySpan<byte> piece = vector.AsSpan()[..Math.Min((int)vector.LengthBytes, bytes)];
            _received.AddRange(piece);
            bytes -= piece.Length;
        }
    }

    /// <summary>Sends the rest; then all has arrived, and was answered once and in order.</summary>
    private void Finish(RunSource source, byte[] expected)
    {
        while (TrySend(int.MaxValue))
        {
        }

        Assert.Equal(expected, _received);
        Assert.Equal(source.SentFrames.OrderBy(frame => frame.Offset), source.SentFrames);
        Assert.Empty(source.LostFrames);
        Close(source);
    }

    private void Close(RunSource source)
    {
        _outgoing.Stop();
        source.Run.Clear();
        source.Evict(0, source.SentFrames.Count);
        Assert.All(source.SentFrames, frame => Assert.False(frame.TryRetain()));
    }

    /// <summary>Hands out the same run again and again.</summary>
    private sealed class SameRun : IFrameSource
    {
        public SameRun(MediaFrame[] log) => Assert.All(log, frame => Assert.True(Run.TryAdd(frame)));

        public FrameRun Run { get; } = new(Envelope);

        public int SentRuns { get; private set; }

        public bool TryTakeRun([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out FrameRun? run)
        {
            run = Run;
            return true;
        }

        public bool TryRead([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out MediaFrame frame)
        {
            frame = null;
            return false;
        }

        public void Sent(MediaFrame frame)
        {
        }

        public void Sent(FrameRun run) => SentRuns++;

        public void Lost(MediaFrame frame) => Assert.Fail("nothing is lost");
    }
}

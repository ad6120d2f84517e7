using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Hub.Tests;

public sealed class FrameLogTests : IDisposable
{
    private readonly LeakCheckingPool _slabs = new();
    private readonly FrameMaker _maker;
    private readonly FrameLog _log = new(256);

    public FrameLogTests() => _maker = new FrameMaker(_slabs.Pool, new ManualTimeProvider());

    [Fact]
    public void A_frame_is_empty_then_taken_then_evicted()
    {
        Assert.Equal(Retained.Empty, _log.TryRetain(0, out _));
        Append(1);
        Assert.Equal(Retained.Taken, _log.TryRetain(0, out MediaFrame? taken));
        _log.EvictOldest();
        Assert.Equal(Retained.Evicted, _log.TryRetain(0, out _));

        Assert.Equal(0, FrameMaker.MarkOf(taken!)); // who holds it keeps its bytes
        Assert.True(FrameMaker.IsIntact(taken!));
        taken!.Release();
    }

    [Fact]
    public void A_slot_that_holds_a_later_frame_by_now_answers_evicted()
    {
        Append(256);
        for (int i = 0; i < 256 * 6; i++) // round the ring, through segments used again
        {
            _log.EvictOldest();
            Append(1);
        }

        for (long offset = 0; offset < _log.Tail; offset++)
        {
            Assert.Equal(Retained.Evicted, _log.TryRetain(offset, out _));
        }

        for (long offset = _log.Tail; offset < _log.Head; offset++)
        {
            Assert.Equal(Retained.Taken, _log.TryRetain(offset, out MediaFrame? frame));
            Assert.Equal(offset, FrameMaker.MarkOf(frame!));
            frame!.Release();
        }
    }

    [Fact]
    public void Tail_and_head_have_places_even_when_nothing_is_held()
    {
        Assert.Equal(default, _log.TailPosition);
        Append(256);
        for (int i = 0; i < 256; i++)
        {
            Assert.Equal(new LogPosition(i, i * 100, _log.TailPosition.Charge, i, 0, 0), _log.TailPosition);
            _log.EvictOldest();
        }

        Assert.Equal(new LogPosition(256, 25_600, _log.TailPosition.Charge, 256, 0, 0), _log.TailPosition);
        Assert.Equal(_log.HeadPosition, _log.TailPosition);
    }

    [Fact]
    public void It_grows_when_more_is_held_than_it_had_room_for_and_every_frame_stays_where_it_was()
    {
        Append(300);
        for (int i = 0; i < 290; i++)
        {
            _log.EvictOldest(); // so that the ring has turned
        }

        Append(3_000);

        for (long offset = _log.Tail; offset < _log.Head; offset++)
        {
            Assert.Equal(offset, _log.Peek(offset)?.Offset);
        }

        Assert.Equal(290, _log.Tail);
        Assert.Null(_log.Peek(289));
    }

    public void Dispose()
    {
        while (_log.Tail < _log.Head)
        {
            _log.EvictOldest();
        }

        _maker.Dispose();
        _slabs.Dispose();
    }

    private void Append(int count)
    {
        for (int i = 0; i < count; i++)
        {
            MediaFrame frame = _maker.Create(new FrameInfo { Kind = MediaKind.Audio }, mark: (int)_log.Head);
            frame.Position = _log.HeadPosition;
            _log.Append(frame);
        }
    }
}

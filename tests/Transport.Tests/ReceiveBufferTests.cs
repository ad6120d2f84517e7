using System.Buffers;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Transport.Tests;

public sealed class ReceiveBufferTests : IDisposable
{
    private readonly LeakCheckingPool _pool = new();
    private readonly LoopMemory _memory;
    private readonly ReceiveBuffer _buffer;
    private byte _next;

    public ReceiveBufferTests()
    {
        _memory = new LoopMemory(_pool.Pool);
        _buffer = new ReceiveBuffer(_memory);
    }

    public void Dispose()
    {
        _buffer.Close();
        Assert.Equal(0, _memory.BlocksInUse);
        _pool.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Bytes_stay_in_order_whatever_is_received_and_consumed(bool slabs)
    {
        _buffer.UsesSlabs = slabs;
        var random = new Random(1);
        byte expected = 0;
        for (int round = 0; round < 600; round++)
        {
            Receive(random.Next(1, 3_000));
            ReadOnlySequence<byte> unread = _buffer.Unread;
            long consumed = random.Next(3) == 0 ? unread.Length : random.NextInt64(unread.Length + 1);
            foreach (byte value in unread.Slice(0, consumed).ToArray())
            {
                Assert.Equal(expected++, value);
            }

            _buffer.Advance(unread.GetPosition(consumed), unread.End);
            Assert.Equal(unread.Length - consumed, _buffer.Unread.Length);
            if (_buffer.Unread.Length > 100_000)
            {
                foreach (byte value in _buffer.Unread.ToArray())
                {
                    Assert.Equal(expected++, value);
                }

                _buffer.Advance(_buffer.Unread.End, _buffer.Unread.End);
            }
        }
    }

    [Fact]
    public void A_slab_is_filled_to_its_end_before_the_next_is_taken()
    {
        _buffer.UsesSlabs = true;
        Receive(60_000);
        Consume(60_000);
        Assert.Equal(Slab.LengthBytes - 60_000, _buffer.Reserve(out _).Length);
        _buffer.Commit(5_000);
        Assert.Equal(1, _pool.Outstanding);

        Receive(Slab.LengthBytes - 65_000);
        Assert.Equal(Slab.LengthBytes, _buffer.Reserve(out _).Length);
        _buffer.Commit(1);
        Assert.Equal(2, _pool.Outstanding);

        Consume(Slab.LengthBytes - 60_000);
        Assert.Equal(1, _pool.Outstanding);
    }

    [Fact]
    public void A_publisher_that_waits_keeps_its_slab_and_nobody_else_keeps_anything()
    {
        Receive(100);
        Assert.Equal(1, _memory.BlocksInUse);
        Consume(100);
        Assert.Equal(0, _memory.BlocksInUse);

        _buffer.UsesSlabs = true;
        Receive(100);
        Consume(100);
        Assert.Equal(1, _pool.Outstanding);
    }

    [Fact]
    public void A_reservation_that_brings_nothing_leaves_nothing_behind()
    {
        _buffer.Reserve(out _);
        _buffer.Commit(0);
        Assert.Equal(0, _memory.BlocksInUse);
        Assert.True(_buffer.Unread.IsEmpty);
    }

    [Fact]
    public void Unread_bytes_lead_back_to_their_slab_also_across_the_switch_to_slabs()
    {
        Receive(10);
        _buffer.UsesSlabs = true;
        Receive(Slab.LengthBytes);
        Receive(10);

        var slabs = new List<Slab>();
        long inSlabs = 0;
        foreach (ReadOnlyMemory<byte> piece in _buffer.Unread)
        {
            if (System.Runtime.InteropServices.MemoryMarshal.TryGetMemoryManager(piece, out Slab? slab))
            {
                slabs.Add(slab);
                inSlabs += piece.Length;
            }
        }

        Assert.Equal(2, slabs.Distinct().Count());
        Assert.Equal(Slab.LengthBytes + 10, inSlabs);
        Assert.Equal(Slab.LengthBytes + 20, _buffer.Unread.Length);
    }

    [Fact]
    public void What_is_reserved_outlives_closing_until_it_is_committed()
    {
        _buffer.UsesSlabs = true;
        _buffer.Reserve(out _);
        _buffer.Close();
        Assert.Equal(1, _pool.Outstanding);
        _buffer.Commit(100);
        Assert.Equal(0, _pool.Outstanding);
        Assert.True(_buffer.Unread.IsEmpty);
    }

    [Fact]
    public void Positions_that_make_no_sense_are_refused()
    {
        Receive(10);
        ReadOnlySequence<byte> unread = _buffer.Unread;
        Assert.Throws<ArgumentOutOfRangeException>(() => _buffer.Advance(unread.GetPosition(5), unread.GetPosition(4)));
        _buffer.Advance(unread.GetPosition(5), unread.End);
        Assert.Throws<ArgumentOutOfRangeException>(() => _buffer.Advance(unread.GetPosition(4), unread.End));
        Assert.Equal(5, _buffer.Unread.Length);
    }

    private void Receive(int length)
    {
        while (length > 0)
        {
            Span<byte> room = _buffer.Reserve(out _).Span;
            int received = Math.Min(length, room.Length);
            for (int i = 0; i < received; i++)
            {
                room[i] = _next++;
            }

            _buffer.Commit(received);
            length -= received;
        }
    }

    private void Consume(int length)
    {
        SequencePosition position = _buffer.Unread.GetPosition(length);
        _buffer.Advance(position, position);
    }
}

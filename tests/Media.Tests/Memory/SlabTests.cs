using System.Runtime.InteropServices;
using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Memory;

public class SlabTests : IDisposable
{
    private readonly LeakCheckingPool _memory = new();

    public void Dispose()
    {
        _memory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Memory_of_a_slab_leads_back_to_it()
    {
        Slab slab = _memory.Pool.Rent();
        ReadOnlyMemory<byte> part = slab.Memory[100..150];

        Assert.True(MemoryMarshal.TryGetMemoryManager(part, out Slab? found, out int start, out int length));
        Assert.Same(slab, found);
        Assert.Equal((100, 50), (start, length));
        slab.Release();
    }

    [Fact]
    public unsafe void The_address_is_that_of_the_bytes_whether_pinned_or_not()
    {
        Slab slab = _memory.Pool.Rent();
        using (System.Buffers.MemoryHandle pinned = slab.Memory[7..].Pin())
        {
            Assert.Equal(slab.Address + 7, (nint)pinned.Pointer);
        }

        slab.GetSpan()[7] = 42;
        Assert.Equal(42, ((byte*)slab.Address)[7]);
        Assert.Equal(0, slab.Address % 4096);
        Assert.Throws<ArgumentOutOfRangeException>(() => slab.Pin(-1));
        slab.Release();
    }

    [Fact]
    public void A_slab_comes_back_with_its_last_reference()
    {
        Slab slab = _memory.Pool.Rent();
        slab.Retain();
        slab.Release();
        Assert.Equal(1, _memory.Outstanding);

        slab.Release();
        Assert.Equal(0, _memory.Outstanding);
    }

#if DEBUG
    [Fact]
    public void Who_reads_on_after_the_last_release_reads_poison()
    {
        Slab slab = _memory.Pool.Rent();
        slab.GetSpan().Fill(1);
        slab.Release();

        Assert.False(slab.GetSpan().ContainsAnyExcept((byte)0xDD));
    }
#endif

    [Fact]
    public void Rooms_in_a_slab_follow_each_other_and_each_holds_it()
    {
        using var writer = new SlabWriter(_memory.Pool);
        FrameFragment first = writer.Reserve(32, 32);
        FrameFragment second = writer.Reserve(1, Slab.LengthBytes); // as much as is left
        FrameFragment third = writer.Reserve(1, 10);

        Assert.Equal((0, 32), (first.Start, first.LengthBytes));
        Assert.Equal((32, Slab.LengthBytes - 32), (second.Start, second.LengthBytes));
        Assert.Same(first.Slab, second.Slab);
        Assert.NotSame(first.Slab, third.Slab);

        writer.Dispose();
        Assert.Equal(2, _memory.Outstanding);
        first.Slab.Release();
        second.Slab.Release();
        third.Slab.Release();
    }

    [Fact]
    public void Room_that_must_lie_together_begins_in_a_new_slab_when_too_little_is_left()
    {
        using var writer = new SlabWriter(_memory.Pool);
        FrameFragment first = writer.Reserve(1, Slab.LengthBytes - 31);
        FrameFragment second = writer.Reserve(32, 32);

        Assert.NotSame(first.Slab, second.Slab);
        Assert.Equal(0, second.Start);
        first.Slab.Release();
        second.Slab.Release();
    }
}

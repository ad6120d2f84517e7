using System.Buffers;
using MediaServer.TestKit;

namespace MediaServer.Media.Tests.TestKit;

public class WireTests
{
    [Fact]
    public void Every_split_is_the_whole_then_one_cut_at_each_position_then_single_bytes()
    {
        ReadOnlySequence<byte>[] splits = [.. Wire.EverySplitOf("01 02 03 04")];

        Assert.All(splits, split => Assert.Equal(Wire.Hex("01020304"), split.ToArray()));
        Assert.Equal(["4", "1,3", "2,2", "3,1", "1,1,1,1"], splits.Select(Lengths));
    }

    [Fact]
    public void Slabs_of_a_sequence_come_back_when_it_and_whoever_retained_them_let_go()
    {
        using var memory = new LeakCheckingPool();
        byte[] bytes = RandomNumbers.Bytes(Slab.LengthBytes + 100);
        using var payload = new PayloadBuilder(memory.Pool);
        using (var received = new SlabSequence(memory.Pool, bytes, 10))
        {
            Assert.Equal($"10,{Slab.LengthBytes},90", Lengths(received.Sequence));
            Assert.Equal(bytes, received.Sequence.ToArray());
            payload.Append(received.Sequence.Slice(0, 20));
        }

        Assert.Equal(2, memory.Outstanding);
    }

    [Fact]
    public void A_leak_fails_the_test()
    {
        var memory = new LeakCheckingPool();
        Slab slab = memory.Pool.Rent();

        Assert.Throws<InvalidOperationException>(memory.Dispose);
        slab.Release();
        memory.Dispose();
    }

    [Fact]
    public void Allocations_are_measured_to_the_byte()
    {
        object? kept = null;

        Assert.Equal(0, Allocations.Of(() => { }));
        Assert.Equal(24, Allocations.Of(() => kept = new object()));
        Assert.NotNull(kept);
    }

    private static string Lengths(ReadOnlySequence<byte> sequence)
    {
        var lengths = new List<int>();
        foreach (ReadOnlyMemory<byte> piece in sequence)
        {
            lengths.Add(piece.Length);
        }

        return string.Join(',', lengths);
    }
}

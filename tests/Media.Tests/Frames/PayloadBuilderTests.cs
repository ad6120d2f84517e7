using System.Buffers;
using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Frames;

[Collection(nameof(ProcessWideCounters))] // counts copies
public class PayloadBuilderTests : IDisposable
{
    private readonly LeakCheckingPool _memory = new();
    private readonly PayloadBuilder _payload;

    public PayloadBuilderTests() => _payload = new PayloadBuilder(_memory.Pool);

    public void Dispose()
    {
        _payload.Dispose();
        _memory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Bytes_in_slabs_are_kept_where_they_are()
    {
        byte[] bytes = RandomNumbers.Bytes(1_000);
        using var received = new SlabSequence(_memory.Pool, bytes, 300, 301);
        long copied = Copied();

        _payload.Append(received.Sequence);

        Assert.Equal((3, 1_000), (_payload.FragmentCount, _payload.LengthBytes));
        Assert.Equal(bytes, ToArray());
        Assert.Equal(copied, Copied());
    }

    [Fact]
    public void A_part_of_another_payload_is_shared_wherever_it_is_cut()
    {
        byte[] bytes = RandomNumbers.Bytes(60);
        using var received = new SlabSequence(_memory.Pool, bytes, 10, 11, 40);
        using var whole = new PayloadBuilder(_memory.Pool);
        whole.Append(received.Sequence);
        long copied = Copied();
        for (int start = 0; start <= bytes.Length; start++)
        {
            for (int length = 0; length <= bytes.Length - start; length++)
            {
                _payload.AppendShared(whole.Fragments, start, length);

                Assert.Equal(bytes[start..(start + length)], ToArray());
                _payload.Clear();
            }
        }

        Assert.Equal(copied, Copied());
    }

    [Fact]
    public void Pieces_that_lie_side_by_side_become_one_fragment_and_one_reference()
    {
        Slab slab = _memory.Pool.Rent();
        _payload.Append(slab.Memory[10..20]);
        _payload.Append(slab.Memory[20..50]);
        _payload.Append(slab.Memory[51..60]); // a byte of chunk header lies between
        slab.Release();

        Assert.Equal(2, _payload.FragmentCount);
        Assert.Equal(new FrameFragment(slab, 10, 40), _payload.Fragments[0]);
        Assert.Equal(new FrameFragment(slab, 51, 9), _payload.Fragments[1]);
    }

    [Fact]
    public void Empty_pieces_hold_nothing()
    {
        Slab slab = _memory.Pool.Rent();
        _payload.Append(slab.Memory[10..10]);
        slab.Release();
        _payload.Append(ReadOnlyMemory<byte>.Empty);

        Assert.Equal((0, 0), (_payload.FragmentCount, _payload.LengthBytes));
        Assert.Equal(0, _memory.Outstanding);
    }

    [Fact]
    public void Bytes_from_elsewhere_are_copied_and_counted()
    {
        byte[] bytes = RandomNumbers.Bytes(Slab.LengthBytes + 1_000);
        long copied = MediaDiagnostics.CopiedBytes(CopyReason.ForeignMemory);

        _payload.Append(Wire.Cut(bytes, 10, 700));
        byte[] kept = ToArray();
        bytes.AsSpan().Clear();

        Assert.Equal(RandomNumbers.Bytes(Slab.LengthBytes + 1_000), kept);
        Assert.Equal(kept, ToArray());
        Assert.Equal(2, _payload.FragmentCount); // one slab, and what did not fit into it
        Assert.Equal(copied + bytes.Length, MediaDiagnostics.CopiedBytes(CopyReason.ForeignMemory));
    }

    [Theory]
    [InlineData(7, 4_096, 7)]
    [InlineData(8, 4_096, 1)]
    [InlineData(200, 4_096, 14)]
    [InlineData(8, 16_384, 8)]
    public void Many_small_fragments_are_gathered_few_or_large_ones_are_not(int fragments, int fragmentBytes, int expectedFragments)
    {
        byte[] bytes = RandomNumbers.Bytes(fragments * fragmentBytes);
        long gathered = MediaDiagnostics.CopiedBytes(CopyReason.SmallChunks);

        AppendScattered(bytes, fragmentBytes);

        Assert.Equal(bytes, ToArray());
        Assert.InRange(_payload.FragmentCount, 1, expectedFragments);
        bool isGathered = _payload.FragmentCount < fragments;
        Assert.Equal(gathered + (isGathered ? bytes.Length : 0), MediaDiagnostics.CopiedBytes(CopyReason.SmallChunks));
        Assert.Equal(expectedFragments == fragments, !isGathered);
    }

    [Fact]
    public void A_gathered_payload_holds_no_slab_but_those_it_was_gathered_into()
    {
        AppendScattered(RandomNumbers.Bytes(20 * 128), 128);

        Assert.Equal(1, _memory.Outstanding);
    }

    [Fact]
    public void After_a_gathered_payload_the_next_one_is_not_copied()
    {
        AppendScattered(RandomNumbers.Bytes(20 * 128), 128);
        _payload.Clear();
        long copied = Copied();

        AppendScattered(RandomNumbers.Bytes(300), 100);

        Assert.Equal(3, _payload.FragmentCount);
        Assert.Equal(copied, Copied());
    }

    [Fact]
    public void The_prefix_is_read_across_fragments()
    {
        foreach (ReadOnlySequence<byte> piece in Wire.EverySplitOf("0102030405"))
        {
            _payload.Clear();
            _payload.Append(piece);
            byte[] prefix = new byte[4];
            byte[] longer = new byte[9];

            Assert.Equal(4, _payload.CopyPrefix(prefix));
            Assert.Equal(Wire.Hex("01020304"), prefix);
            Assert.Equal(5, _payload.CopyPrefix(longer));
            Assert.Equal(Wire.Hex("010203040500000000"), longer);
        }
    }

    [Fact]
    public void Collecting_a_payload_allocates_nothing_once_the_builder_is_warm()
    {
        using var received = new SlabSequence(_memory.Pool, RandomNumbers.Bytes(1_000), 100, 200, 300);
        ReadOnlySequence<byte> bytes = received.Sequence;

        Assert.Equal(0, Allocations.Of(() =>
        {
            _payload.Append(bytes);
            _payload.Clear();
        }));
    }

    private static long Copied() => Enum.GetValues<CopyReason>().Sum(MediaDiagnostics.CopiedBytes);

    private void AppendScattered(byte[] bytes, int fragmentBytes)
    {
        int[] cuts = [.. Enumerable.Range(1, (bytes.Length / fragmentBytes) - 1).Select(i => i * fragmentBytes)];
        using var received = new SlabSequence(_memory.Pool, bytes, cuts);
        _payload.Append(received.Sequence);
    }

    private byte[] ToArray()
    {
        byte[] bytes = new byte[_payload.LengthBytes];
        _payload.CopyPrefix(bytes);
        return bytes;
    }
}

using System.Buffers;
using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Frames;

public class FrameCreationTests : IDisposable
{
    private readonly LeakCheckingPool _memory = new();
    private readonly PayloadBuilder _payload;

    public FrameCreationTests() => _payload = new PayloadBuilder(_memory.Pool);

    public void Dispose()
    {
        _payload.Dispose();
        _memory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void The_payload_moves_into_the_frame_and_the_builder_is_free_for_the_next()
    {
        using (var received = new SlabSequence(_memory.Pool, [1, 2, 3, 4, 5], 2))
        {
            _payload.Append(received.Sequence);
        }

        MediaFrame frame = MediaFrame.Create(TestFrames.Video(), _payload);

        Assert.Equal((0, 0), (_payload.LengthBytes, _payload.FragmentCount));
        Assert.Equal([1, 2, 3, 4, 5], TestFrames.Read(frame, FrameEnvelope.None));
        frame.Release();
    }

    [Fact]
    public void Each_slab_is_charged_once_however_frames_take_turns_in_using_it()
    {
        Slab one = _memory.Pool.Rent();
        Slab other = _memory.Pool.Rent();

        Assert.Equal(Slab.LengthBytes, Charge(one.Memory[..10]));
        Assert.Equal(0, Charge(one.Memory[10..20]));
        Assert.Equal(Slab.LengthBytes, Charge(other.Memory[..10]));
        Assert.Equal(0, Charge(one.Memory[20..30]));
        Assert.Equal(0, Charge(other.Memory[10..20]));

        one.Release();
        other.Release();
        Slab rentedAgain = _memory.Pool.Rent();
        Assert.Equal(Slab.LengthBytes, Charge(rentedAgain.Memory[..10]));
        rentedAgain.Release();
    }

    [Fact]
    public void Making_a_frame_allocates_the_frame_object_and_nothing_else()
    {
        const int FrameObjectBytes = 192; // 64 of them are the four fragments that most payloads fit in
        using var received = new SlabSequence(_memory.Pool, RandomNumbers.Bytes(1_000), 100, 200, 300);
        ReadOnlySequence<byte> bytes = received.Sequence;

        long allocated = Allocations.Of(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                _payload.Append(bytes);
                MediaFrame.Create(TestFrames.Video(), _payload).Release();
            }
        });

        Assert.Equal(FrameObjectBytes, allocated / 100.0);
    }

    private int Charge(ReadOnlyMemory<byte> bytes)
    {
        _payload.Append(bytes);
        MediaFrame frame = MediaFrame.Create(TestFrames.Video(), _payload);
        frame.Release();
        return frame.ChargedBytes;
    }
}

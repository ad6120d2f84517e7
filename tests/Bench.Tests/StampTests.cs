using MediaServer.Load;
using MediaServer.TestKit;

namespace MediaServer.Bench.Tests;

public class StampTests
{
    [Fact]
    public void Every_frame_of_a_clip_carries_a_stamp_that_is_read_back_and_is_otherwise_unchanged()
    {
        Clip clip = Clip.Load(Path.Combine(SampleStream.Folder, "bframes.flv"), isStamped: true);
        byte[] scratch = new byte[clip.LongestBytes];
        uint number = uint.MaxValue - 3;
        foreach (ClipTag tag in clip.Media)
        {
            int length = tag.Stamp.Write(tag.Body, 0x0123_4567_89AB_CDEF, number, scratch);

            Assert.Equal(tag.PublishedBytes, length);
            Assert.True(Stamp.TryRead(scratch.AsSpan(0, length), out Stamp stamp));
            Assert.Equal(new Stamp(0x0123_4567_89AB_CDEF, number), stamp);
            Assert.True(scratch.AsSpan(0, tag.Stamp.Offset).SequenceEqual(tag.Body.AsSpan(0, tag.Stamp.Offset)));
            Assert.True(scratch.AsSpan(tag.Stamp.Offset + tag.Stamp.LengthBytes, length - tag.Stamp.Offset - tag.Stamp.LengthBytes)
                .SequenceEqual(tag.Body.AsSpan(tag.Stamp.Offset)));
            number++;
        }
    }

    [Fact]
    public void Frames_without_one_are_read_as_such()
    {
        Clip clip = Clip.Load(Path.Combine(SampleStream.Folder, "bframes.flv"), isStamped: false);

        Assert.All(clip.Media, tag => Assert.False(Stamp.TryRead(tag.Body, out _)));
        Assert.Equal(10_000u, clip.LengthMilliseconds);
    }
}

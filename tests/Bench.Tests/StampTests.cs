using MediaServer.Load;
using MediaServer.Rtmp;
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

    [Theory]
    [InlineData(0, 300, 1)]
    [InlineData(17, 300, 1)]
    [InlineData(299, 600, 2)]
    public void Whole_turns_have_the_bytes_of_all_frames_wherever_they_begin(uint first, long count, int turns)
    {
        Clip clip = Clip.Load(Path.Combine(SampleStream.Folder, "bframes.flv"), isStamped: true);
        long turn = clip.Media.Where(tag => tag.Type == RtmpMessageType.Video).Sum(tag => (long)tag.PublishedBytes);

        Assert.Equal(turns * turn, clip.GetPublishedBytes(RtmpMessageType.Video, first, count));
    }

    [Fact]
    public void A_part_of_a_turn_goes_on_at_the_first_frame()
    {
        Clip clip = Clip.Load(Path.Combine(SampleStream.Folder, "bframes.flv"), isStamped: true);
        ClipTag[] video = [.. clip.Media.Where(tag => tag.Type == RtmpMessageType.Video)];

        Assert.Equal(video[^1].PublishedBytes + video[0].PublishedBytes, clip.GetPublishedBytes(RtmpMessageType.Video, (uint)video.Length - 1, 2));
    }
}

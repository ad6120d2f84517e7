using System.Buffers;
using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Flv;

public class FlvWriterTests
{
    [Theory]
    [InlineData(true, true, "464C56 01 05 00000009 00000000")]
    [InlineData(true, false, "464C56 01 04 00000009 00000000")]
    [InlineData(false, true, "464C56 01 01 00000009 00000000")]
    [InlineData(false, false, "464C56 01 00 00000009 00000000")]
    public void The_header_says_which_tracks_flow(bool hasAudio, bool hasVideo, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        FlvWriter.WriteHeader(output, hasAudio, hasVideo);

        Assert.Equal(Wire.Hex(expected), output.WrittenSpan.ToArray());
        Assert.Equal(FlvWriter.HeaderBytes, output.WrittenCount);
    }

    [Theory]
    [InlineData("bframes.flv")]
    [InlineData("resolution-change.flv")]
    [InlineData("audio-only.flv")]
    public void A_file_that_is_read_into_frames_and_written_again_is_the_same_file(string name)
    {
        using var memory = new LeakCheckingPool();
        using var payload = new PayloadBuilder(memory.Pool);
        byte[] file = SampleStream.ReadBytes(name);
        var rest = new ReadOnlySequence<byte>(file);
        var output = new ArrayBufferWriter<byte>();
        var reader = new FlvReader();
        while (reader.Read(ref rest, out FlvTag tag) == OperationStatus.Done)
        {
            if (output.WrittenCount == 0)
            {
                FlvWriter.WriteHeader(output, reader.HasAudio, reader.HasVideo);
            }

            payload.Append(tag.Body);
            MediaFrame frame = MediaFrame.Create(new FrameInfo { Kind = tag.Kind, Dts = tag.Timestamp }, payload);
            FlvWriter.WriteTag(output, frame);
            frame.Release();
        }

        Assert.Null(reader.Fault);
        Assert.True(output.WrittenSpan.SequenceEqual(file));
    }

    [Fact]
    public void A_frame_of_many_fragments_is_written_whole()
    {
        using var memory = new LeakCheckingPool();
        byte[] payload = RandomNumbers.Bytes(20 * 20_000); // large pieces are not gathered
        MediaFrame frame = TestFrames.Create(memory.Pool, payload, [.. Enumerable.Range(1, 19).Select(i => i * 20_000)]);
        var output = new ArrayBufferWriter<byte>();

        FlvWriter.WriteTag(output, frame);

        Assert.Equal(20, frame.FragmentCount);
        Assert.Equal(TestFrames.Read(frame, FrameEnvelope.Flv), output.WrittenSpan.ToArray());
        frame.Release();
    }
}

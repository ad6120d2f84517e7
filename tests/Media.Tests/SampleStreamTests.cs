using System.Buffers;
using MediaServer.TestKit;

namespace MediaServer.Media.Tests;

/// <summary>What sample-streams/README.md promises, found by our own eyes.</summary>
public class SampleStreamTests
{
    // Counted with ffmpeg's trace_headers: coded pictures, those with nal_ref_idc 0, and where decoding can begin at once.
    [Theory]
    [InlineData("bframes.flv", 300, 99, 5, 5)]
    [InlineData("open-gop.flv", 200, 92, 4, 4)]
    [InlineData("intra-refresh.flv", 150, 69, 1, 6)]
    [InlineData("long-gop.flv", 330, 144, 3, 3)]
    [InlineData("video-only.flv", 125, 56, 3, 3)]
    public void Pictures_are_what_the_bitstream_says_not_what_the_flags_say(
        string name, int pictures, int disposable, int randomAccess, int flaggedAsKey)
    {
        Picture[] all = [.. ReadPictures(name)];

        Assert.Equal(pictures, all.Length);
        Assert.Equal(randomAccess, all.Count(picture => picture.Sample.IsRandomAccess));
        Assert.Equal(flaggedAsKey, all.Count(picture => picture.Tag.FrameType == FlvFrameType.Key));
        Assert.Equal(disposable, all.Count(picture => picture.Sample.IsDisposable));
    }

    [Fact]
    public void An_open_GOP_has_pictures_shown_before_the_random_access_point_they_follow()
    {
        Picture[] all = [.. ReadPictures("open-gop.flv")];
        int last = Array.FindLastIndex(all, picture => picture.Sample.IsRandomAccess);

        Assert.Contains(all[(last + 1)..], picture => picture.Pts < all[last].Pts);
    }

    [Theory]
    [InlineData("bframes.flv", "640x360@30 avc1.64001E mp4a.40.2 44100 2")]
    [InlineData("open-gop.flv", "320x180@25 avc1.64000C mp4a.40.2 44100 1")]
    [InlineData("resolution-change.flv", "320x180@25 avc1.64000C mp4a.40.2 44100 1 480x270@25 avc1.640015 mp4a.40.2 44100 1")]
    [InlineData("audio-only.flv", "mp4a.40.2 48000 1")]
    public void Configuration_is_what_the_script_asked_for(string name, string expected)
    {
        var found = new List<string>();
        foreach (FlvTag tag in SampleStream.ReadTags(name))
        {
            byte[] body = tag.Body.ToArray();
            if (!FlvMediaHeader.TryParse(tag.Kind, body, out FlvMediaHeader header) || header.PacketType != FlvPacketType.SequenceHeader)
            {
                continue;
            }

            if (tag.Kind == MediaKind.Video)
            {
                Assert.True(AvcConfiguration.TryParse(body.AsSpan(header.DataOffset), out AvcConfiguration? avc));
                found.Add($"{avc.Sequence.Width}x{avc.Sequence.Height}@{avc.Sequence.FrameRate} {avc.CodecString}");
            }
            else
            {
                Assert.True(AudioSpecificConfig.TryParse(body.AsSpan(header.DataOffset), out AudioSpecificConfig? aac));
                found.Add($"{aac.CodecString} {aac.SampleRate} {aac.Channels}");
            }
        }

        Assert.Equal(expected, string.Join(' ', found));
    }

    [Fact]
    public void Timestamps_need_no_repair()
    {
        foreach (string file in Directory.EnumerateFiles(SampleStream.Folder, "*.flv"))
        {
            var timeline = new Timeline(new ManualTimeProvider());
            foreach (FlvTag tag in SampleStream.ReadTags(Path.GetFileName(file)))
            {
                timeline.Place(tag.Kind, 0, tag.Timestamp, receivedAt: tag.Timestamp * TimeSpan.TicksPerMillisecond);
            }

            Assert.All(Enum.GetValues<TimelineFault>(), fault => Assert.Equal(0, timeline.Faults[fault]));
        }
    }

    [Fact]
    public void All_of_them_together_are_small() =>
        Assert.InRange(Directory.EnumerateFiles(SampleStream.Folder).Sum(file => new FileInfo(file).Length), 1, 4_000_000);

    private static IEnumerable<Picture> ReadPictures(string name)
    {
        using var memory = new LeakCheckingPool();
        using var payload = new PayloadBuilder(memory.Pool);
        var bitstream = new VideoBitstream(MediaCodec.Avc);
        foreach (FlvTag tag in SampleStream.ReadTags(name).Where(tag => tag.Kind == MediaKind.Video))
        {
            Assert.True(FlvMediaHeader.TryParse(tag.Kind, tag.Body.ToArray(), out FlvMediaHeader video));
            if (video.PacketType == FlvPacketType.SequenceHeader)
            {
                Assert.True(bitstream.TryConfigure(tag.Body.Slice(video.DataOffset).ToArray()));
            }
            else if (video.PacketType == FlvPacketType.Frame)
            {
                payload.Clear();
                payload.Append(tag.Body);
                Assert.True(bitstream.TryClassify(payload.Fragments, video.DataOffset, out VideoSample sample));
                yield return new Picture(video, sample, tag.Timestamp + video.CompositionTime);
            }
        }
    }

    private sealed record Picture(FlvMediaHeader Tag, VideoSample Sample, long Pts);
}

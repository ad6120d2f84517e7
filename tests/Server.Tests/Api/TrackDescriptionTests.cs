using System.Buffers;
using MediaServer.Media;
using MediaServer.Server.Api;
using MediaServer.TestKit;

namespace MediaServer.Server.Tests.Api;

public sealed class TrackDescriptionTests
{
    [Theory]
    [InlineData("hevc-aac.flv", "H.265 hvc1.1.6.L30.90 64x64")]
    [InlineData("hevc-hdr-ac3.flv", "H.265 hvc1.2.4.L30.90 64x64")]
    [InlineData("av1-opus.flv", "AV1 av01.0.00M.08 64x64")]
    [InlineData("vp9-flac.flv", "VP9 vp09.00.10.08 x")]
    [InlineData("h264-eac3.flv", "H.264 avc1.42C00A 64x64")]
    public void Video_is_called_what_people_and_browsers_call_it(string file, string expected)
    {
        VideoAnswer video = TrackDescription.DescribeVideo(ReadHeader(file, MediaKind.Video));

        Assert.Equal(expected, $"{video.Codec} {video.CodecString} {video.Width}x{video.Height}");
    }

    [Theory]
    [InlineData("hevc-aac.flv", "AAC mp4a.40.2 48000 1")]
    [InlineData("hevc-hdr-ac3.flv", "AC-3 ac-3  ")]
    [InlineData("av1-opus.flv", "Opus Opus 48000 1")]
    [InlineData("vp9-flac.flv", "FLAC fLaC 48000 1")]
    [InlineData("h264-eac3.flv", "E-AC-3 ec-3  ")]
    public void Audio_is_called_what_people_and_browsers_call_it(string file, string expected)
    {
        AudioAnswer audio = TrackDescription.DescribeAudio(ReadHeader(file, MediaKind.Audio));

        Assert.Equal(expected, $"{audio.Codec} {audio.CodecString} {audio.SampleRate} {audio.Channels}");
    }

    [Theory]
    [InlineData(MediaCodec.Avc, "H.264")]
    [InlineData(MediaCodec.Hevc, "H.265")]
    [InlineData(MediaCodec.Av1, "AV1")]
    [InlineData(MediaCodec.Vp8, "VP8")]
    [InlineData(MediaCodec.Vp9, "VP9")]
    [InlineData(MediaCodec.Unknown, "unknown")]
    public void A_header_that_cannot_be_read_still_names_the_codec(MediaCodec codec, string expected)
    {
        var info = new FrameInfo { Kind = MediaKind.Video, Codec = codec, DataOffset = 5 };

        Assert.Equal(new VideoAnswer(expected, null, null, null), TrackDescription.DescribeVideo(MediaFrame.CreateOwned(info, new byte[5])));
        Assert.Equal("unknown", TrackDescription.DescribeVideo(null).Codec);
        Assert.Equal("unknown", TrackDescription.DescribeAudio(null).Codec);
    }

    private static MediaFrame ReadHeader(string file, MediaKind kind)
    {
        foreach (FlvTag tag in SampleStream.ReadTags("enhanced/" + file).Where(tag => tag.Kind == kind))
        {
            byte[] body = tag.Body.ToArray();
            if (FlvMediaHeader.TryParse(kind, body, out FlvMediaHeader header) && header.PacketType == FlvPacketType.SequenceHeader)
            {
                return MediaFrame.CreateOwned(new FrameInfo { Kind = kind, Codec = header.Codec, DataOffset = header.DataOffset }, body);
            }
        }

        throw new InvalidDataException($"{file} has no sequence header of {kind}.");
    }
}

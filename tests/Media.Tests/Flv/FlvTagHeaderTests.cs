using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Flv;

public class FlvTagHeaderTests
{
    [Theory]
    [InlineData("1700000000 01640028", FlvFrameType.Key, FlvPacketType.SequenceHeader, 0)]
    [InlineData("1701000043 00000004", FlvFrameType.Key, FlvPacketType.Frame, 67)]
    [InlineData("2701FFFFFF", FlvFrameType.Inter, FlvPacketType.Frame, -1)]
    [InlineData("2701FFFFBD", FlvFrameType.Inter, FlvPacketType.Frame, -67)]
    [InlineData("27017FFFFF", FlvFrameType.Inter, FlvPacketType.Frame, 8_388_607)]
    [InlineData("2701800000", FlvFrameType.Inter, FlvPacketType.Frame, -8_388_608)]
    [InlineData("1702000000", FlvFrameType.Key, FlvPacketType.EndOfSequence, 0)]
    [InlineData("4701000000", FlvFrameType.GeneratedKey, FlvPacketType.Frame, 0)]
    public void An_AVC_tag_says_what_it_carries_and_when_it_is_shown(string hex, FlvFrameType frame, FlvPacketType packet, int compositionTime)
    {
        Assert.True(FlvVideoTag.TryParse(Wire.Hex(hex), out FlvVideoTag tag));

        Assert.Equal(new FlvVideoTag(MediaCodec.Avc, frame, packet, compositionTime, 5, IsEnhanced: false), tag);
    }

    [Theory]
    [InlineData("12", FlvFrameType.Key, false)] // H.263
    [InlineData("2C0100", FlvFrameType.Inter, false)] // HEVC by its old number
    [InlineData("5700", FlvFrameType.Command, false)]
    [InlineData("9068766331", FlvFrameType.Key, true)] // enhanced, hvc1
    [InlineData("A1", FlvFrameType.Inter, true)]
    public void Video_that_the_server_does_not_know_is_passed_on(string hex, FlvFrameType frame, bool isEnhanced)
    {
        Assert.True(FlvVideoTag.TryParse(Wire.Hex(hex), out FlvVideoTag tag));

        Assert.Equal((MediaCodec.Unknown, frame, isEnhanced), (tag.Codec, tag.FrameType, tag.IsEnhanced));
    }

    [Theory]
    [InlineData("")]
    [InlineData("17")]
    [InlineData("1701")]
    [InlineData("17010000")]
    [InlineData("1703000000")]
    [InlineData("17FF000000")]
    public void A_video_header_that_is_cut_off_or_illegal_is_refused(string hex) =>
        Assert.False(FlvVideoTag.TryParse(Wire.Hex(hex), out _));

    [Theory]
    [InlineData("AF001210", MediaCodec.Aac, FlvPacketType.SequenceHeader, 2, false)]
    [InlineData("AF0121", MediaCodec.Aac, FlvPacketType.Frame, 2, false)]
    [InlineData("A201", MediaCodec.Aac, FlvPacketType.Frame, 2, false)]
    [InlineData("2FFFFB", MediaCodec.Mp3, FlvPacketType.Frame, 1, false)]
    [InlineData("E6", MediaCodec.Mp3, FlvPacketType.Frame, 1, false)]
    [InlineData("B6", MediaCodec.Unknown, FlvPacketType.Frame, 1, false)] // Speex
    [InlineData("904F707573", MediaCodec.Unknown, FlvPacketType.Frame, 1, true)] // enhanced, Opus
    public void An_audio_tag_says_what_it_carries(string hex, MediaCodec codec, FlvPacketType packet, byte dataOffset, bool isEnhanced)
    {
        Assert.True(FlvAudioTag.TryParse(Wire.Hex(hex), out FlvAudioTag tag));

        Assert.Equal(new FlvAudioTag(codec, packet, dataOffset, isEnhanced), tag);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AF")]
    [InlineData("AF02")]
    [InlineData("AFFF")]
    public void An_audio_header_that_is_cut_off_or_illegal_is_refused(string hex) =>
        Assert.False(FlvAudioTag.TryParse(Wire.Hex(hex), out _));

    [Fact]
    public void Any_first_bytes_are_either_read_or_refused()
    {
        byte[] body = new byte[8];
        for (int first = 0; first < 256; first++)
        {
            for (int length = 0; length <= body.Length; length++)
            {
                body[0] = (byte)first;
                bool isVideo = FlvVideoTag.TryParse(body.AsSpan(0, length), out FlvVideoTag video);
                bool isAudio = FlvAudioTag.TryParse(body.AsSpan(0, length), out FlvAudioTag audio);

                Assert.False(isVideo && video.DataOffset > length);
                Assert.False(isAudio && audio.DataOffset > length);
            }
        }
    }
}

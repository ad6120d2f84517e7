using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Flv;

public class FlvMediaHeaderTests
{
    [Theory]
    [InlineData("1700000000 01640028", FlvFrameType.Key, FlvPacketType.SequenceHeader, 0)]
    [InlineData("1701000043 00000004", FlvFrameType.Key, FlvPacketType.Frame, 67)]
    [InlineData("2701FFFFFF", FlvFrameType.Inter, FlvPacketType.Frame, -1)]
    [InlineData("2701FFFFBD", FlvFrameType.Inter, FlvPacketType.Frame, -67)]
    [InlineData("27017FFFFF", FlvFrameType.Inter, FlvPacketType.Frame, 8_388_607)]
    [InlineData("2701800000", FlvFrameType.Inter, FlvPacketType.Frame, -8_388_608)]
    [InlineData("1702000000", FlvFrameType.Key, FlvPacketType.EndOfSequence, 0)]
    [InlineData("1700000043", FlvFrameType.Key, FlvPacketType.SequenceHeader, 0)] // a time that stands where none belongs
    [InlineData("4701000000", FlvFrameType.GeneratedKey, FlvPacketType.Frame, 0)]
    public void Video_by_number_says_what_it_carries_and_when_it_is_shown(string hex, FlvFrameType frame, FlvPacketType packet, int compositionTime)
    {
        byte[] avc = Wire.Hex(hex);
        byte[] hevc = [(byte)((avc[0] & 0xF0) | 12), .. avc[1..]];

        FlvMediaHeader header = Parse(MediaKind.Video, avc);

        Assert.Equal((MediaCodec.Avc, frame, packet), (header.Codec, header.FrameType, header.PacketType));
        Assert.Equal((compositionTime, 5, default(FourCc)), (header.CompositionTime, header.DataOffset, header.FourCc));
        Assert.Equal(header with { Codec = MediaCodec.Hevc }, Parse(MediaKind.Video, hevc));
    }

    [Theory]
    [InlineData("12", FlvFrameType.Key, FlvPacketType.Frame)] // H.263
    [InlineData("5700", FlvFrameType.Command, FlvPacketType.Command)]
    public void Video_of_a_number_that_the_server_does_not_know_is_passed_on(string hex, FlvFrameType frame, FlvPacketType packet)
    {
        FlvMediaHeader header = Parse(MediaKind.Video, Wire.Hex(hex));

        Assert.Equal((MediaCodec.Unknown, frame, packet, 1), (header.Codec, header.FrameType, header.PacketType, header.DataOffset));
    }

    [Theory]
    [InlineData("AF001210", MediaCodec.Aac, FlvPacketType.SequenceHeader, 2)]
    [InlineData("AF0121", MediaCodec.Aac, FlvPacketType.Frame, 2)]
    [InlineData("A201", MediaCodec.Aac, FlvPacketType.Frame, 2)]
    [InlineData("2FFFFB", MediaCodec.Mp3, FlvPacketType.Frame, 1)]
    [InlineData("E6", MediaCodec.Mp3, FlvPacketType.Frame, 1)]
    [InlineData("B6", MediaCodec.Unknown, FlvPacketType.Frame, 1)] // Speex
    public void Audio_by_number_says_what_it_carries(string hex, MediaCodec codec, FlvPacketType packet, int dataOffset)
    {
        FlvMediaHeader header = Parse(MediaKind.Audio, Wire.Hex(hex));

        Assert.Equal((codec, packet, dataOffset, default(FourCc)), (header.Codec, header.PacketType, header.DataOffset, header.FourCc));
    }

    // The first bytes are what ffmpeg 8.1 wrote, where a comment says so; the others follow OBS's muxer.
    [Theory]
    [InlineData("90 68766331 0101", MediaCodec.Hevc, FlvPacketType.SequenceHeader, 0, 5)] // ffmpeg
    [InlineData("91 68766331 0000C8 00000569", MediaCodec.Hevc, FlvPacketType.Frame, 200, 8)] // ffmpeg
    [InlineData("A1 68766331 FFFFD8 00000569", MediaCodec.Hevc, FlvPacketType.Frame, -40, 8)]
    [InlineData("A3 68766331 00000569", MediaCodec.Hevc, FlvPacketType.Frame, 0, 5)] // no time in CodedFramesX
    [InlineData("91 61766331 000021 0000", MediaCodec.Avc, FlvPacketType.Frame, 33, 8)]
    [InlineData("91 61763031 0A0A00", MediaCodec.Av1, FlvPacketType.Frame, 0, 5)] // ffmpeg: AV1 has no time
    [InlineData("91 76703039 824983", MediaCodec.Vp9, FlvPacketType.Frame, 0, 5)] // ffmpeg
    [InlineData("91 76703038 824983", MediaCodec.Vp8, FlvPacketType.Frame, 0, 5)]
    [InlineData("D4 68766331 020009", MediaCodec.Hevc, FlvPacketType.TrackMetadata, 0, 5)] // ffmpeg: the frame type says command, and is to be ignored
    [InlineData("92 61763031", MediaCodec.Av1, FlvPacketType.EndOfSequence, 0, 5)]
    [InlineData("95 61763031 8004", MediaCodec.Av1, FlvPacketType.SequenceHeader, 0, 5)] // a descriptor as in MPEG-2 TS
    [InlineData("90 78787878 01", MediaCodec.Unknown, FlvPacketType.SequenceHeader, 0, 5)]
    [InlineData("91 78787878 010203", MediaCodec.Unknown, FlvPacketType.Frame, 0, 5)]
    [InlineData("91 4F707573 010203", MediaCodec.Unknown, FlvPacketType.Frame, 0, 5)] // Opus is no video
    public void Video_by_name_says_what_it_carries(string hex, MediaCodec codec, FlvPacketType packet, int compositionTime, int dataOffset)
    {
        FlvMediaHeader header = Parse(MediaKind.Video, Wire.Hex(hex));

        Assert.Equal((codec, packet, compositionTime, dataOffset), (header.Codec, header.PacketType, header.CompositionTime, header.DataOffset));
        Assert.Equal((FlvMultitrack.None, 0, 0), (header.Multitrack, header.TrackId, header.NanosecondOffset));
    }

    [Theory]
    [InlineData("90 4F707573 4F70757348656164", MediaCodec.Opus, FlvPacketType.SequenceHeader)] // ffmpeg
    [InlineData("91 4F707573 F8B4", MediaCodec.Opus, FlvPacketType.Frame)] // ffmpeg
    [InlineData("94 4F707573 010100000004", MediaCodec.Opus, FlvPacketType.TrackMetadata)] // ffmpeg
    [InlineData("90 664C6143 1200", MediaCodec.Flac, FlvPacketType.SequenceHeader)] // ffmpeg
    [InlineData("90 61632D33", MediaCodec.Ac3, FlvPacketType.SequenceHeader)] // ffmpeg: empty
    [InlineData("91 65632D33 0B77", MediaCodec.Eac3, FlvPacketType.Frame)] // ffmpeg
    [InlineData("91 2E6D7033 FFFB", MediaCodec.Mp3, FlvPacketType.Frame)]
    [InlineData("90 6D703461 1210", MediaCodec.Aac, FlvPacketType.SequenceHeader)]
    [InlineData("92 6D703461", MediaCodec.Aac, FlvPacketType.EndOfSequence)]
    [InlineData("91 61766331 00", MediaCodec.Unknown, FlvPacketType.Frame)] // H.264 is no audio
    public void Audio_by_name_says_what_it_carries(string hex, MediaCodec codec, FlvPacketType packet)
    {
        FlvMediaHeader header = Parse(MediaKind.Audio, Wire.Hex(hex));

        Assert.Equal((codec, packet, 5), (header.Codec, header.PacketType, header.DataOffset));
        Assert.Equal(0, header.CompositionTime);
    }

    [Theory]
    [InlineData(MediaKind.Video, "96 01 61766331 02 000021", FlvMultitrack.OneTrack, MediaCodec.Avc, 2, 33, 10)]
    [InlineData(MediaKind.Video, "A6 03 68766331 01", FlvMultitrack.OneTrack, MediaCodec.Hevc, 1, 0, 7)]
    [InlineData(MediaKind.Video, "96 11 61766331 00000004", FlvMultitrack.ManyTracks, MediaCodec.Avc, 0, 0, 6)] // times stand in the parts
    [InlineData(MediaKind.Video, "96 21 61766331", FlvMultitrack.ManyTracksManyCodecs, MediaCodec.Unknown, 0, 0, 2)]
    [InlineData(MediaKind.Audio, "95 01 6D703461 01", FlvMultitrack.OneTrack, MediaCodec.Aac, 1, 0, 7)]
    [InlineData(MediaKind.Audio, "95 20", FlvMultitrack.ManyTracksManyCodecs, MediaCodec.Unknown, 0, 0, 2)]
    public void A_multitrack_header_says_how_its_tracks_lie(
        MediaKind kind, string hex, FlvMultitrack multitrack, MediaCodec codec, int trackId, int compositionTime, int dataOffset)
    {
        FlvMediaHeader header = Parse(kind, Wire.Hex(hex));

        Assert.Equal((multitrack, codec, trackId), (header.Multitrack, header.Codec, header.TrackId));
        Assert.Equal((compositionTime, dataOffset), (header.CompositionTime, header.DataOffset));
    }

    [Theory]
    [InlineData(MediaKind.Video, "97 02 07A120 01 68766331 000021", 500_000, 33)]
    [InlineData(MediaKind.Video, "97 02 0F423F 03 68766331", 999_999, 0)]
    [InlineData(MediaKind.Video, "97 02 0F4240 03 68766331", 0, 0)] // more than a millisecond is none
    [InlineData(MediaKind.Video, "97 00 FF 53 68766331", 0, 0)] // unknown modifiers are passed over by their size
    [InlineData(MediaKind.Video, "97 04 AABBCCDDEE 57 02 000001 03 68766331", 1, 0)]
    [InlineData(MediaKind.Video, "97 01 0001 03 68766331", 0, 0)] // too short to be a time
    [InlineData(MediaKind.Audio, "97 03 000002FF 01 4F707573", 2, 0)]
    [InlineData(MediaKind.Audio, "97 02 000003 05 01 4F707573 09", 3, 0)]
    public void Modifiers_stand_before_the_packet_type_that_counts(MediaKind kind, string hex, int nanoseconds, int compositionTime)
    {
        FlvMediaHeader header = Parse(kind, Wire.Hex(hex));

        Assert.Equal((nanoseconds, compositionTime), (header.NanosecondOffset, header.CompositionTime));
        Assert.Equal((FlvPacketType.Frame, hex.Replace(" ", "", StringComparison.Ordinal).Length / 2), (header.PacketType, header.DataOffset));
    }

    [Theory]
    [InlineData(MediaKind.Video, "1703000000")]
    [InlineData(MediaKind.Video, "17FF000000")]
    [InlineData(MediaKind.Video, "98 68766331")] // reserved packet types
    [InlineData(MediaKind.Video, "9F 68766331")]
    [InlineData(MediaKind.Video, "96 31 68766331 01")] // a reserved way to carry tracks
    [InlineData(MediaKind.Video, "96 06 68766331 01")] // multitrack within multitrack
    [InlineData(MediaKind.Video, "97 FF 0000")] // a modifier longer than a header may be
    [InlineData(MediaKind.Audio, "AF02")]
    [InlineData(MediaKind.Audio, "AFFF")]
    [InlineData(MediaKind.Audio, "93 4F707573")] // CodedFramesX is of video
    [InlineData(MediaKind.Audio, "96 4F707573")]
    [InlineData(MediaKind.Audio, "95 05 4F707573 01")]
    [InlineData(MediaKind.Data, "1700000000")]
    public void What_is_not_defined_is_refused(MediaKind kind, string hex)
    {
        byte[] body = [.. Wire.Hex(hex), .. new byte[300]];

        Assert.False(FlvMediaHeader.TryParse(kind, body, out _));
    }

    [Theory]
    [InlineData(MediaKind.Video, "1701000043")]
    [InlineData(MediaKind.Video, "91 68766331 0000C8")]
    [InlineData(MediaKind.Video, "96 01 61766331 02 000021")]
    [InlineData(MediaKind.Video, "97 04 AABBCCDDEE 57 02 000001 01 68766331 0000C8")]
    [InlineData(MediaKind.Audio, "AF00")]
    [InlineData(MediaKind.Audio, "95 01 6D703461 01")]
    public void A_header_that_is_cut_off_is_refused(MediaKind kind, string hex)
    {
        byte[] header = Wire.Hex(hex);

        Assert.True(FlvMediaHeader.TryParse(kind, header, out _));
        for (int length = 0; length < header.Length; length++)
        {
            Assert.False(FlvMediaHeader.TryParse(kind, header.AsSpan(0, length), out _));
        }
    }

    [Fact]
    public void A_chain_of_modifiers_is_followed_to_the_longest_header_and_no_further()
    {
        byte[] Chain(int modifiers) =>
            [0x97, .. Enumerable.Range(1, modifiers).SelectMany(i => new byte[] { 0, 0, (byte)(i == modifiers ? 0x13 : 0x17) }), .. "hvc1"u8, 1, 2, 3];

        Assert.Equal(62, Parse(MediaKind.Video, Chain(19)).DataOffset);
        Assert.False(FlvMediaHeader.TryParse(MediaKind.Video, Chain(20), out _));
    }

    [Fact]
    public void Any_first_bytes_are_either_read_or_refused()
    {
        Random random = RandomNumbers.Seeded();
        byte[] body = new byte[80];
        foreach (MediaKind kind in Enum.GetValues<MediaKind>())
        {
            for (int first = 0; first < 256; first++)
            {
                for (int length = 0; length <= body.Length; length++)
                {
                    random.NextBytes(body);
                    body[0] = (byte)first;
                    bool isRead = FlvMediaHeader.TryParse(kind, body.AsSpan(0, length), out FlvMediaHeader header);

                    Assert.False(isRead && header.DataOffset > Math.Min(length, FlvMediaHeader.MaxLengthBytes));
                    Assert.InRange(header.NanosecondOffset, 0, 999_999);
                }
            }
        }
    }

    private static FlvMediaHeader Parse(MediaKind kind, byte[] body)
    {
        Assert.True(FlvMediaHeader.TryParse(kind, body, out FlvMediaHeader header));
        Assert.Equal(kind, header.Kind);
        return header;
    }
}

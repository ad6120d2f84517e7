using System.Buffers;
using MediaServer.Ingest.Tests.Support;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.TestKit;

namespace MediaServer.Ingest.Tests;

/// <summary>Enhanced RTMP as OBS 30 and later sends it (its muxer's order and forms), and what no encoder should send.</summary>
public sealed class EnhancedPublishTests : IDisposable
{
    // 640x360, High profile, from x264; lengths of four bytes. The second one is 320x180.
    private const string AvcRecord =
        "0164001EFFE1001A6764001EACD980A02FF97011000003000100000300" + "3C0F162D9A01000668E9784CB22CFDF8F800";

    private const string IdrSlice = "00000002 65FF";
    private const string Slice = "00000002 41FF";
    private const string ColorInfo = "020009636F6C6F72496E666F 03 000B636F6C6F72436F6E666967 03 000009 000009";

    private readonly SessionRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void HDR_metadata_before_the_sequence_header_is_configuration_of_the_track()
    {
        _rig.Video(0, "84 68766331" + ColorInfo);
        _rig.Video(0, "90 68766331 00"); // no record that could be read: the stream is passed on all the same
        _rig.Video(0, "93 68766331" + IdrSlice);

        List<MediaFrame> frames = _rig.TakeAll();
        Assert.Equal([FrameTraits.TrackMetadata, FrameTraits.SequenceHeader, FrameTraits.RandomAccess], frames.Select(frame => frame.Traits));
        Assert.All(frames, frame => Assert.Equal((MediaCodec.Hevc, 5), (frame.Codec, frame.DataOffset)));
        Assert.Equal([true, true, false], frames.Select(frame => frame.OwnsBytes));
        Assert.Equal(0, _rig.Counters.MalformedMessages);
    }

    [Fact]
    public void Metadata_is_read_whatever_its_frame_type_and_published_once()
    {
        _rig.Video(0, "D4 68766331" + ColorInfo); // ffmpeg: "command"
        _rig.Video(0, "94 68766331" + ColorInfo);
        _rig.Video(0, "D4 68766331" + ColorInfo);

        Assert.Equal(["D468766331", "9468766331", "D468766331"], _rig.TakeAll().Select(frame => SessionRig.BodyOf(frame)[..10]));

        _rig.Video(9, "D4 68766331" + ColorInfo); // again

        Assert.Empty(_rig.TakeAll());
    }

    [Fact]
    public void Composition_times_stand_in_coded_frames_of_H264_and_H265_alone()
    {
        PublishKeyFrame("91 61766331 000000" + IdrSlice, "90 61766331" + AvcRecord);
        _rig.Video(100, "A1 61766331 FFFFD8" + Slice);
        _rig.Video(140, "A3 61766331" + Slice);

        MediaFrame withTime = _rig.Take();
        MediaFrame without = _rig.Take();
        Assert.Equal((-40, 60L, 8), (withTime.CompositionOffset, withTime.Pts, withTime.DataOffset));
        Assert.Equal((0, 140L, 5), (without.CompositionOffset, without.Pts, without.DataOffset));
    }

    [Fact]
    public void AV1_has_no_composition_time_in_coded_frames()
    {
        PublishFile("av1-opus.flv");

        List<MediaFrame> frames = [.. _rig.TakeAll().Where(frame => frame.Codec == MediaCodec.Av1)];
        Assert.Equal(8, frames.Count); // sequence header and metadata
        Assert.All(frames, frame => Assert.Equal((5, 0), (frame.DataOffset, frame.CompositionOffset)));
    }

    [Fact]
    public void Several_tracks_of_OBS_are_several_tracks_of_the_stream()
    {
        _rig.Video(0, "17 00 000000" + AvcRecord);
        _rig.Video(0, "96 00 61766331 01" + AvcRecord);
        _rig.Audio(0, "AF 00 1210");
        _rig.Audio(0, "95 00 6D703461 01 1190");
        _rig.Video(0, "17 01 000021" + IdrSlice);
        _rig.Video(0, "96 01 61766331 01 000021" + IdrSlice);
        _rig.Audio(5, "AF 01 21");
        _rig.Audio(5, "95 01 6D703461 01 21");
        _rig.Video(33, "27 01 000000" + Slice);
        _rig.Video(33, "A6 03 61766331 01" + Slice);

        List<MediaFrame> frames = _rig.TakeAll();
        Assert.Equal([0, 1, 0, 1, 0, 1, 0, 1, 0, 1], frames.Select(frame => frame.TrackId));
        Assert.Equal(
            [MediaCodec.Avc, MediaCodec.Avc, MediaCodec.Aac, MediaCodec.Aac, MediaCodec.Avc, MediaCodec.Avc, MediaCodec.Aac, MediaCodec.Aac, MediaCodec.Avc, MediaCodec.Avc],
            frames.Select(frame => frame.Codec));
        Assert.Equal([5, 7, 2, 7, 5, 10, 2, 7, 5, 7], frames.Select(frame => frame.DataOffset));
        Assert.True(frames[4].Is(FrameTraits.RandomAccess) && frames[5].Is(FrameTraits.RandomAccess)); // each looked into by its own record
        Assert.False(frames[9].Is(FrameTraits.RandomAccess));
        Assert.Equal(Spaceless("96 01 61766331 01 000021" + IdrSlice), SessionRig.BodyOf(frames[5])); // as it was sent
        Assert.Equal(0, _rig.Counters.MalformedMessages);
    }

    [Fact]
    public void Each_track_of_a_message_of_many_is_a_frame_of_its_own()
    {
        _rig.Audio(7, "95 11 4F707573 00 000002 F8B4 01 000003 F8B401");
        _rig.Audio(8, "95 21 6D703461 02 000001 21 664C6143 00 000002 FFF8");

        List<MediaFrame> frames = _rig.TakeAll();
        Assert.Equal([(0, 7L), (1, 7L), (2, 8L), (0, 8L)], frames.Select(frame => ((int)frame.TrackId, frame.Dts)));
        Assert.Equal([MediaCodec.Opus, MediaCodec.Opus, MediaCodec.Aac, MediaCodec.Flac], frames.Select(frame => frame.Codec));
        Assert.Equal(
            ["914F707573F8B4", "95014F70757301F8B401", "95016D7034610221", "91664C6143FFF8"], // track 0 as every player reads it
            frames.Select(SessionRig.BodyOf));
    }

    [Fact]
    public void A_track_that_lies_about_its_length_costs_itself_and_what_follows_it()
    {
        _rig.Audio(0, "95 11 4F707573 00 000002 F8B4 01 00FFFF F8B4");

        Assert.Equal("914F707573F8B4", SessionRig.BodyOf(Assert.Single(_rig.TakeAll())));
        Assert.Equal(1, _rig.Counters.MalformedMessages);
    }

    [Fact]
    public void Tracks_beyond_the_limit_are_dropped_counted_and_logged_once()
    {
        for (int track = 0; track < 20; track++)
        {
            _rig.Audio(0, $"95 01 4F707573 {track:X2} F8");
            _rig.Audio(0, $"95 01 4F707573 {track:X2} F8");
        }

        Assert.Equal(32, _rig.TakeAll().Count);
        Assert.Equal(8, _rig.Counters.MalformedMessages);
        Assert.Single(_rig.Log.Lines, message => message.Contains("more than 16 tracks", StringComparison.Ordinal));
    }

    [Fact]
    public void A_codec_that_nobody_knows_is_passed_on_and_named_once()
    {
        _rig.Video(0, "90 76766331 0102");
        _rig.Video(0, "91 76766331 0304");
        _rig.Video(40, "A1 76766331 0506");
        _rig.Audio(0, "91 786E6577 01");

        List<MediaFrame> frames = _rig.TakeAll();
        Assert.Equal([FrameTraits.SequenceHeader, FrameTraits.RandomAccess, FrameTraits.None, FrameTraits.None], frames.Select(frame => frame.Traits));
        Assert.Equal(Spaceless("A1 76766331 0506"), SessionRig.BodyOf(frames[2]));
        Assert.Single(_rig.Log.Lines, message => message.Contains("vvc1", StringComparison.Ordinal));
        Assert.Single(_rig.Log.Lines, message => message.Contains("xnew", StringComparison.Ordinal));
    }

    [Fact]
    public void Nanoseconds_are_kept_beside_the_decoding_time()
    {
        _rig.Audio(20, "97 02 07A120 01 4F707573 F8");

        MediaFrame frame = _rig.Take();
        Assert.Equal((20L, 500_000, 10), (frame.Dts, frame.NanosecondOffset, frame.DataOffset));
        Assert.Equal(Spaceless("97 02 07A120 01 4F707573 F8"), SessionRig.BodyOf(frame));
    }

    [Theory]
    [InlineData("92 68766331")] // the end of a sequence, as OBS sends it before it stops
    [InlineData("96 02 61766331 01")]
    [InlineData("17 02 000000")]
    [InlineData("57 00")] // commands
    [InlineData("D1 00")]
    public void What_ends_a_sequence_or_is_no_media_goes_no_further(string hex)
    {
        _rig.Video(0, hex);

        Assert.Empty(_rig.TakeAll());
        Assert.Equal(0, _rig.Counters.MalformedMessages);
    }

    [Fact]
    public void An_end_of_audio_goes_no_further()
    {
        _rig.Audio(0, "92 6D703461");

        Assert.Empty(_rig.TakeAll());
    }

    [Theory]
    [InlineData("61632D33", MediaCodec.Ac3)]
    [InlineData("65632D33", MediaCodec.Eac3)]
    [InlineData("2E6D7033", MediaCodec.Mp3)]
    public void Audio_that_needs_no_header_flows_with_an_empty_one_and_without(string fourCc, MediaCodec codec)
    {
        _rig.Audio(0, $"91 {fourCc} 0B77");
        _rig.Audio(0, $"90 {fourCc}");
        _rig.Audio(0, $"94 {fourCc} 01 02 00000003");
        _rig.Audio(32, $"91 {fourCc} 0B77");

        List<MediaFrame> frames = _rig.TakeAll();
        Assert.Equal([FrameTraits.None, FrameTraits.SequenceHeader, FrameTraits.TrackMetadata, FrameTraits.None], frames.Select(frame => frame.Traits));
        Assert.All(frames, frame => Assert.Equal(codec, frame.Codec));
    }

    [Fact]
    public void H264_whose_record_is_unusable_is_passed_on_by_its_flags()
    {
        byte[] record = Wire.Hex(AvcRecord);
        for (int length = 0; length < 20; length++)
        {
            using var rig = new SessionRig();
            rig.Receive(RtmpMessageType.Video, 0, [0x17, 0, 0, 0, 0, .. record.AsSpan(0, length)]);
            rig.Video(0, "17 01 000000 FFFFFFFF 65");
            rig.Video(40, "27 01 000000 FFFFFFFF 41");

            Assert.Equal([FrameTraits.SequenceHeader, FrameTraits.RandomAccess, FrameTraits.None], rig.TakeAll().Select(frame => frame.Traits));
            Assert.Equal(0, rig.Counters.MalformedMessages);
        }
    }

    [Fact]
    public void H265_by_its_old_number_is_H265()
    {
        _rig.Video(0, "1C 00 000000 00");
        _rig.Video(0, "1C 01 000028" + IdrSlice);

        Assert.All(_rig.TakeAll(), frame => Assert.Equal((MediaCodec.Hevc, 5), (frame.Codec, frame.DataOffset)));
    }

    [Fact]
    public void Short_messages_of_any_first_byte_are_forwarded_or_dropped_and_the_stream_goes_on()
    {
        PublishKeyFrame("17 01 000000" + IdrSlice, "17 00 000000" + AvcRecord);
        byte[] body = new byte[8];
        foreach (byte filler in new byte[] { 0, 0x11, 0x77, 0xFF })
        {
            for (int first = 0; first < 256; first++)
            {
                for (int length = 0; length <= body.Length; length++)
                {
                    Array.Fill(body, filler);
                    body[0] = (byte)first;
                    foreach (RtmpMessageType type in new[] { RtmpMessageType.Video, RtmpMessageType.Audio, RtmpMessageType.Data })
                    {
                        _rig.Receive(type, 0, body[..length]);
                        _ = _rig.TakeAll();
                    }
                }
            }
        }

        PublishKeyFrame("17 01 000000" + IdrSlice, "17 00 000000" + AvcRecord);
    }

    [Fact]
    public void New_parameter_sets_within_the_frames_are_announced_before_them_in_the_form_of_their_track()
    {
        const string Sets = "0000001A 6764001EACD980A02FF970110000030001000003003C0F162D9A 00000006 68E9784CB22C";
        const string OtherSets = "0000001A 6764001FACD980A02FF970110000030001000003003C0F162D9A 00000006 68E9784CB22C"; // another level
        foreach ((string header, string tag) in new[] { ("17 00 000000", "17 01 000000"), ("90 61766331", "93 61766331"), ("96 00 61766331 03", "96 03 61766331 03") })
        {
            using var rig = new SessionRig();
            rig.Video(0, header + AvcRecord);
            rig.Video(0, tag + Sets + IdrSlice);
            rig.Video(40, tag + OtherSets + IdrSlice);
            rig.Video(80, tag + OtherSets + IdrSlice);

            List<MediaFrame> frames = rig.TakeAll();
            Assert.Equal([0L, 0L, 40L, 40L, 80L], frames.Select(frame => frame.Dts));
            Assert.Equal([true, false, true, false, false], frames.Select(frame => frame.Is(FrameTraits.SequenceHeader)));
            string change = SessionRig.BodyOf(frames[2]);
            Assert.StartsWith(Spaceless(header), change, StringComparison.Ordinal);
            Assert.Equal((frames[0].DataOffset, frames[0].TrackId), (frames[2].DataOffset, frames[2].TrackId));
            Assert.True(AvcConfiguration.TryParse(Wire.Hex(change).AsSpan(frames[2].DataOffset), out AvcConfiguration? configuration));
            Assert.Equal(31, configuration.Level);
        }
    }

    [Fact]
    public void A_sequence_header_that_is_repeated_does_not_undo_newer_parameter_sets_within_the_frames()
    {
        const string OtherSets = "0000001A 6764001FACD980A02FF970110000030001000003003C0F162D9A 00000006 68E9784CB22C"; // another level
        for (uint time = 0; time < 3; time++)
        {
            _rig.Video(time, "17 00 000000" + AvcRecord);
            _rig.Video(time, "17 01 000000" + OtherSets + IdrSlice);
        }

        Assert.Equal(
            [true, true, false, false, false],
            _rig.TakeAll().Select(frame => frame.Is(FrameTraits.SequenceHeader)));
    }

    [Fact]
    public void A_publisher_that_comes_back_goes_on_with_the_stream_and_says_so_once()
    {
        PublishKeyFrame("17 01 000000" + IdrSlice, "17 00 000000" + AvcRecord);
        _rig.Reconnect();

        _rig.Video(0, "17 00 000000" + AvcRecord);
        _rig.Video(0, "17 01 000000" + IdrSlice);
        _rig.Video(40, "27 01 000000" + Slice);

        List<MediaFrame> frames = _rig.TakeAll();
        const FrameTraits Break = FrameTraits.Splice | FrameTraits.Discontinuity;
        Assert.Equal([FrameTraits.SequenceHeader | Break, FrameTraits.RandomAccess, FrameTraits.None], frames.Select(frame => frame.Traits));
        Assert.Equal(40, frames[2].Dts - frames[1].Dts);
        Assert.InRange(frames[1].Dts, 1, 100); // behind what was there, though its publisher began at 0 again
    }

    [Fact]
    public void The_frames_of_a_message_of_many_tracks_cost_their_objects_and_nothing_else()
    {
        using var bytes = new SlabSequence(_rig.Pool, Wire.Hex("95 11 4F707573 00 000002 F8B4 01 000003 F8B401"));
        using var payload = new PayloadBuilder(_rig.Pool);
        long Publish() => Allocations.Of(() =>
        {
            payload.Append(bytes.Sequence);
            _rig.Session.Receive(new RtmpMessageHeader(RtmpMessageType.Audio, 0, payload.LengthBytes, 1), payload, 0);
            payload.Clear();
            while (_rig.Reader.TryRead(out MediaFrame? frame))
            {
                frame.Release();
            }
        });

        Assert.InRange(Publish(), 2, 2 * 300);
    }

    // Frames of 0.6 s at 10 per second; the audio frames as each codec cuts 0.6 s.
    [Theory]
    [InlineData("hevc-aac.flv", "Hevc 6, Aac 30", 1, 0)]
    [InlineData("hevc-hdr-ac3.flv", "Hevc 6, Ac3 19", 1, 1)]
    [InlineData("av1-opus.flv", "Av1 6, Opus 31", 1, 1)]
    [InlineData("vp9-flac.flv", "Vp9 6, Flac 7", 1, 1)]
    [InlineData("h264-eac3.flv", "Avc 6, Eac3 19", 0, 1)]
    [InlineData("multitrack.flv", "Avc 6, Aac 30, Hevc#1 6, Opus#1 31", 1, 1)]
    public void What_ffmpeg_sends_is_told_apart(string file, string frames, int videoMetadata, int audioMetadata)
    {
        PublishFile(file);

        List<MediaFrame> all = [.. _rig.TakeAll().Where(frame => frame.Kind != MediaKind.Data)];
        Assert.Equal(0, _rig.Counters.MalformedMessages);
        Assert.Empty(_rig.Log.Lines);
        Assert.Equal(
            frames,
            string.Join(", ", all.Where(frame => !frame.OwnsBytes).GroupBy(frame => (frame.TrackId, frame.Kind, frame.Codec))
                .OrderBy(group => group.Key.TrackId).ThenByDescending(group => group.Key.Kind).Select(group => $"{group.Key.Codec}{(group.Key.TrackId == 0 ? "" : $"#{group.Key.TrackId}")} {group.Count()}")));
        Assert.Equal(videoMetadata, all.Count(frame => frame.Kind == MediaKind.Video && frame.Is(FrameTraits.TrackMetadata)));
        Assert.Equal(audioMetadata, all.Count(frame => frame.Kind == MediaKind.Audio && frame.Is(FrameTraits.TrackMetadata)));
        Assert.Contains(all, frame => frame.Kind == MediaKind.Video && frame.Is(FrameTraits.RandomAccess));
    }

    private static string Spaceless(string hex) => hex.Replace(" ", "", StringComparison.Ordinal);

    private void PublishFile(string name)
    {
        foreach (FlvTag tag in SampleStream.ReadTags("enhanced/" + name))
        {
            RtmpMessageType type = tag.Kind switch { MediaKind.Audio => RtmpMessageType.Audio, MediaKind.Video => RtmpMessageType.Video, _ => RtmpMessageType.Data };
            _rig.Receive(type, tag.Timestamp, tag.Body.ToArray());
        }
    }

    private void PublishKeyFrame(string frame, string header)
    {
        _rig.Video(0, header);
        _rig.Video(0, frame);
        Assert.Contains(_rig.TakeAll(), taken => taken.Is(FrameTraits.RandomAccess));
    }
}

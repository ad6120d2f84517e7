using MediaServer.Media;

namespace MediaServer.Hls.Tests;

public class SegmenterTests
{
    [Theory]
    [InlineData(1000, 2, 2.0)]
    [InlineData(1500, 2, 1.5)]
    [InlineData(2000, 2, 2.0)]
    [InlineData(2001, 2, 2.001)]
    [InlineData(2500, 3, 2.5)]
    [InlineData(4000, 4, 4.0)]
    public void The_first_group_of_pictures_sets_the_target_duration(int groupMilliseconds, int expectedTarget, double expectedSegment)
    {
        using StreamRun run = Configured();
        PublishVideo(run, 0, 20_000, groupMilliseconds);

        ParsedPlaylist playlist = run.Playlist("video");
        Assert.Equal(expectedTarget, playlist.TargetDuration);
        Assert.True(playlist.IsIndependent);
        Assert.All(playlist.Segments, segment => Assert.InRange(segment.Seconds, expectedSegment - 0.11, expectedSegment + 0.11));
    }

    [Fact]
    public void Without_a_second_key_frame_in_four_seconds_the_target_is_ten()
    {
        using StreamRun run = Configured();
        PublishVideo(run, 0, 45_000, 10_400);

        ParsedPlaylist playlist = run.Playlist("video");
        Assert.Equal(10, playlist.TargetDuration);
        Assert.True(playlist.IsIndependent);
        Assert.Equal(4, playlist.Segments.Count);
        Assert.All(playlist.Segments, segment => Assert.InRange(segment.Seconds, 10.3, 10.45));
    }

    [Fact]
    public void A_group_that_gets_too_long_is_cut_counted_and_no_longer_called_independent()
    {
        using StreamRun run = Configured();
        PublishVideo(run, 0, 4_000, 2_000);
        Assert.True(run.Playlist("video").IsIndependent);
        PublishVideo(run, 4_000, 20_000, 100_000);

        ParsedPlaylist playlist = run.Playlist("video");
        Assert.Equal(2, playlist.TargetDuration);
        Assert.False(playlist.IsIndependent);
        Assert.InRange(run.Counters.DependentSegments, 5, 6);
    }

    [Fact]
    public void No_playlist_is_shown_before_the_first_segment_is_whole()
    {
        using StreamRun run = Configured();
        PublishVideo(run, 0, 2_000, 2_000);
        Assert.Null(run.Stream.Snapshot);
        PublishVideo(run, 2_000, 2_100, 2_000);
        Assert.NotNull(run.Stream.Snapshot);
        Assert.Single(run.Playlist("video").Segments);
    }

    [Fact]
    public void Cuts_are_at_the_same_media_time_in_both_tracks()
    {
        using StreamRun run = Configured();
        PublishBoth(run, 0, 30_000, groupMilliseconds: 2_000);

        ParsedPlaylist video = run.Playlist("video");
        ParsedPlaylist audio = run.Playlist("audio");
        Assert.Equal(video.Segments.Select(segment => segment.Number), audio.Segments.Select(segment => segment.Number));
        foreach (ParsedPlaylist.Entry segment in video.Segments)
        {
            double videoStart = run.FragmentOf(segment.Uri).BaseTime / 90_000.0;
            double audioStart = run.FragmentOf(segment.Uri.Replace("video", "audio", StringComparison.Ordinal)).BaseTime / 44_100.0;
            Assert.InRange(audioStart - videoStart, -0.001, 0.0233); // the first audio frame from there on
        }
    }

    [Fact]
    public void Audio_alone_is_cut_by_time()
    {
        using var run = new StreamRun();
        run.Configure("bframes.flv", MediaKind.Audio);
        PublishAudio(run, 0, 30_000);

        ParsedPlaylist playlist = run.Playlist("audio");
        Assert.Equal(2, playlist.TargetDuration);
        Assert.All(playlist.Segments, segment => Assert.InRange(segment.Seconds, 1.99, 2.03));
        Assert.False(run.Has("video.m3u8"));
        Assert.DoesNotContain("RESOLUTION", run.Multivariant(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_begins_with_its_first_random_access_point()
    {
        using StreamRun run = Configured();
        for (int i = 0; i < 20; i++)
        {
            run.Audio(i * 23);
            run.Video(i * 25, isKey: false);
        }

        PublishBoth(run, 500, 10_000, groupMilliseconds: 2_000);
        Assert.Equal(500 * 90, run.FragmentOf("video_1.m4s").BaseTime);
        Assert.InRange(run.FragmentOf("audio_1.m4s").BaseTime / 44.1, 500, 524);
        Assert.True(run.Counters.FramesLeftOut >= 20);
    }

    [Fact]
    public void Video_that_comes_late_joins_the_numbers_of_the_audio()
    {
        using StreamRun run = Configured();
        PublishAudio(run, 0, 11_000);
        PublishBoth(run, 11_000, 30_000, groupMilliseconds: 2_000);

        Assert.Equal(run.Playlist("audio").MediaSequence, run.Playlist("video").MediaSequence);
        Assert.Contains("video.m3u8", run.Multivariant(), StringComparison.Ordinal);
        Assert.DoesNotContain(run.Playlist("video").Segments, segment => segment.IsGap); // those have left the window
    }

    [Fact]
    public void Audio_that_stops_becomes_gaps_and_does_not_hold_up_the_picture()
    {
        using StreamRun run = Configured();
        PublishBoth(run, 0, 10_000, groupMilliseconds: 2_000);
        PublishVideo(run, 10_000, 20_000, 2_000);

        ParsedPlaylist video = run.Playlist("video");
        ParsedPlaylist audio = run.Playlist("audio");
        Assert.InRange(video.Segments[^1].Number - audio.Segments[^1].Number, 0, 1);
        Assert.True(audio.Segments.Count(segment => segment.IsGap) >= 3);

        PublishBoth(run, 20_000, 40_000, groupMilliseconds: 2_000);
        Assert.DoesNotContain(run.Playlist("audio").Segments, segment => segment.IsGap);
        Assert.InRange(run.FragmentOf("audio_15.m4s").BaseTime / 44_100.0, 28.0, 28.024);
    }

    [Fact]
    public void A_discontinuity_is_one_for_both_tracks_and_stays_counted_when_it_leaves_the_window()
    {
        using StreamRun run = Configured();
        PublishBoth(run, 0, 7_000, groupMilliseconds: 2_000);
        run.Time.Advance(TimeSpan.FromSeconds(60));
        run.Audio(7_000, traits: FrameTraits.Discontinuity);
        run.Video(7_010, isKey: true, traits: FrameTraits.Discontinuity);
        PublishBoth(run, 7_040, 13_000, groupMilliseconds: 2_000, isKeyFirst: false);

        ParsedPlaylist.Entry broken = Assert.Single(run.Playlist("video").Segments, segment => segment.IsDiscontinuous);
        Assert.Equal(1, run.Counters.Discontinuities);
        Assert.Equal(TestKit.ManualTimeProvider.Start.AddSeconds(60), broken.Date!.Value, TimeSpan.FromMilliseconds(20));
        PublishBoth(run, 13_000, 40_000, groupMilliseconds: 2_000);
        Assert.Equal(1, run.Playlist("audio").DiscontinuitySequence);
    }

    [Fact]
    public void A_repeated_sequence_header_is_no_change_and_a_new_one_waits_for_a_key_frame()
    {
        using StreamRun run = Configured();
        PublishBoth(run, 0, 4_100, groupMilliseconds: 2_000);
        run.Configure("bframes.flv");
        PublishBoth(run, 4_100, 8_100, groupMilliseconds: 2_000, isKeyFirst: false);
        Assert.Equal(0, run.Counters.Discontinuities);

        run.Configure("video-only.flv", MediaKind.Video);
        PublishBoth(run, 8_100, 9_000, groupMilliseconds: 2_000, isKeyFirst: false);
        Assert.Equal(0, run.Counters.Discontinuities);
        PublishBoth(run, 9_000, 14_000, groupMilliseconds: 2_000);
        Assert.Equal(1, run.Counters.Discontinuities);
        Assert.Equal("video_init2.mp4", run.Playlist("video").Segments[^1].Map);
        Assert.Equal("audio_init1.mp4", run.Playlist("audio").Segments[^1].Map);
    }

    [Fact]
    public void A_removed_segment_can_be_fetched_for_its_own_duration_and_the_playlists()
    {
        using StreamRun run = Configured();
        PublishVideo(run, 0, 14_100, 2_000, inRealTime: true); // seven segments: the first has just left the window
        Assert.Equal(2, run.Playlist("video").MediaSequence);
        Assert.True(run.Has("video_1.m4s"));
        PublishVideo(run, 14_100, 28_100, 2_000, inRealTime: true, isKeyFirst: false);
        Assert.True(run.Has("video_2.m4s"));
        Assert.False(run.Has("video_1.m4s"));
        Assert.Equal(9, run.Playlist("video").MediaSequence);
    }

    [Fact]
    public void What_a_stream_holds_stays_within_its_bound()
    {
        const long MaxBytes = 16L << 20;
        using var run = new StreamRun(new HlsOptions { MaxBytes = MaxBytes }, isShortOfMemory: true);
        run.Configure("bframes.flv", MediaKind.Video);
        for (int i = 0; i < 2000; i++)
        {
            run.Video(i * 40, isKey: i % 50 == 0, bytes: 100_000);
            Assert.InRange(run.HeldBytes, 0, MaxBytes + (MaxBytes / 2));
        }

        Assert.True(run.Playlist("video").Segments.Count >= 1);
    }

    [Fact]
    public void A_segment_that_is_being_sent_outlives_its_stream()
    {
        StreamRun run = Configured();
        PublishVideo(run, 0, 4_100, 2_000);
        var segment = (MediaSegment)run.Stream.Snapshot!.Resources["video_1.m4s"];
        byte[] before = new byte[segment.LengthBytes];
        byte[] after = new byte[segment.LengthBytes];
        SegmentPosition position = default;
        segment.CopyTo(before, ref position);

        Assert.True(segment.TryRetain());
        Assert.Throws<InvalidOperationException>(run.Dispose); // the leak check: the response holds slabs
        position = default;
        Assert.Equal(before.Length, segment.CopyTo(after, ref position));
        Assert.Equal(before, after);
        segment.Release();
        Assert.False(segment.TryRetain());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(700)]
    [InlineData(2500)]
    public void A_segment_can_be_read_from_any_place_in_pieces_of_any_size(int start)
    {
        using StreamRun run = Configured();
        PublishVideo(run, 0, 4_100, 2_000);
        var segment = (MediaSegment)run.Stream.Snapshot!.Resources["video_1.m4s"];
        byte[] whole = run.Files["video_1.m4s"];
        foreach (int size in (int[])[1, 7, 999, 1000, 1001, 100_000])
        {
            var read = new List<byte>();
            byte[] piece = new byte[size];
            SegmentPosition position = segment.Seek(start);
            for (int got; (got = segment.CopyTo(piece, ref position)) > 0;)
            {
                read.AddRange(piece.AsSpan(0, got));
            }

            Assert.Equal(whole[start..], read);
        }
    }

    internal static StreamRun Configured()
    {
        var run = new StreamRun();
        run.Configure("bframes.flv");
        return run;
    }

    internal static void PublishVideo(
        StreamRun run, long from, long to, int groupMilliseconds, bool inRealTime = false, bool isKeyFirst = true)
    {
        const int Interval = 50;
        for (long dts = from; dts < to; dts += Interval)
        {
            bool isKey = (dts - (isKeyFirst ? from : 0)) % groupMilliseconds < Interval && (dts > from || isKeyFirst);
            run.Video(dts, isKey);
            if (inRealTime)
            {
                run.Time.Advance(TimeSpan.FromMilliseconds(Interval));
            }
        }
    }

    internal static void PublishAudio(StreamRun run, long from, long to)
    {
        for (int i = 0; from + (i * 1024 * 1000L / 44100) < to; i++)
        {
            run.Audio(from + (i * 1024 * 1000L / 44100));
        }
    }

    internal static void PublishBoth(StreamRun run, long from, long to, int groupMilliseconds, bool isKeyFirst = true)
    {
        const int Interval = 40;
        int samples = 0;
        for (long dts = from; dts < to; dts += Interval)
        {
            run.Video(dts, isKey: (dts - from) % groupMilliseconds < Interval && (dts > from || isKeyFirst));
            for (; from + (samples * 1024 * 1000L / 44100) < dts + Interval; samples++)
            {
                run.Audio(from + (samples * 1024 * 1000L / 44100));
            }
        }
    }
}

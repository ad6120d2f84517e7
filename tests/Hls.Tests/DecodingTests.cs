namespace MediaServer.Hls.Tests;

public sealed class DecodingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("bframes.flv", "video", 5)]
    [InlineData("bframes.flv", "audio", 5)]
    [InlineData("open-gop.flv", "video", 4)]
    [InlineData("intra-refresh.flv", "video", 1)]
    [InlineData("long-gop.flv", "video", 3)]
    [InlineData("long-gop.flv", "audio", 3)]
    [InlineData("video-only.flv", "video", 2)]
    [InlineData("audio-only.flv", "audio", 3)]
    [InlineData("resolution-change.flv", "video", 4)]
    [InlineData("resolution-change.flv", "audio", 4)]
    public async Task Every_segment_decodes_alone_and_lasts_what_the_playlist_says(string sample, string track, int leastSegments)
    {
        using StreamRun run = Publish(sample);
        ParsedPlaylist playlist = run.Playlist(track);

        Assert.True(playlist.HasEnded);
        Assert.InRange(playlist.Segments.Count, leastSegments, leastSegments + 2);
        foreach (ParsedPlaylist.Entry segment in playlist.Segments)
        {
            string file = _folder.Write($"{sample}-{segment.Uri}.mp4", run.Files[segment.Map!], run.Files[segment.Uri]);
            if (playlist.IsIndependent)
            {
                await Ffmpeg.DecodeAsync(file);
            }

            IReadOnlyList<(double Pts, double Dts, double Duration)> packets = await Ffmpeg.ProbePacketsAsync(file);
            double seconds = packets[^1].Dts + packets[^1].Duration - packets[0].Dts;
            Assert.InRange(segment.Seconds - seconds, -0.07, 0.07); // a frame at 15 a second
        }
    }

    [Theory]
    [InlineData("bframes.flv")]
    [InlineData("open-gop.flv")]
    [InlineData("intra-refresh.flv")]
    [InlineData("long-gop.flv")]
    [InlineData("video-only.flv")]
    [InlineData("audio-only.flv")]
    public async Task All_segments_joined_decode_and_miss_nothing(string sample)
    {
        using StreamRun run = Publish(sample);
        foreach (string track in (string[])["video", "audio"])
        {
            if (!run.Has($"{track}.m3u8"))
            {
                continue;
            }

            ParsedPlaylist playlist = run.Playlist(track);
            string file = _folder.Write($"{track}.mp4", [run.Files[playlist.Segments[0].Map!], .. playlist.Segments.Select(segment => run.Files[segment.Uri])]);
            await Ffmpeg.DecodeAsync(file);

            int published = await CountPacketsAsync(FlvPublisher.Sample(sample), track[..1]);
            Assert.Equal(published, (await Ffmpeg.ProbePacketsAsync(file)).Count);
        }
    }

    [Fact]
    public async Task A_resolution_change_gets_a_discontinuity_and_a_map_of_its_own_at_the_same_place_in_both_tracks()
    {
        using StreamRun run = Publish("resolution-change.flv");
        ParsedPlaylist video = run.Playlist("video");
        ParsedPlaylist audio = run.Playlist("audio");

        ParsedPlaylist.Entry changed = Assert.Single(video.Segments, segment => segment.IsDiscontinuous);
        Assert.Equal(changed.Number, Assert.Single(audio.Segments, segment => segment.IsDiscontinuous).Number);
        Assert.Equal("video_init2.mp4", changed.Map);
        Assert.Equal("320,180", await ProbeSizeAsync(run, video.Segments[0]));
        Assert.Equal("480,270", await ProbeSizeAsync(run, changed));
        Assert.Contains("RESOLUTION=480x270", run.Multivariant(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Presentation_and_decoding_times_are_those_of_the_publisher()
    {
        using StreamRun run = Publish("bframes.flv");
        ParsedPlaylist playlist = run.Playlist("video");
        string file = _folder.Write("video.mp4", [run.Files[playlist.Segments[0].Map!], .. playlist.Segments.Select(segment => run.Files[segment.Uri])]);

        (_, string output, _) = await Ffmpeg.RunAsync(
            "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time,dts_time", "-of", "csv=p=0", FlvPublisher.Sample("bframes.flv"));
        string[] expected = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd(',')).Order()];
        string[] actual = [.. (await Ffmpeg.ProbePacketsAsync(file)).Select(packet => FormattableString.Invariant($"{packet.Pts:0.000000},{packet.Dts:0.000000}")).Order()];
        Assert.Equal(expected, actual);
    }

    public void Dispose() => _folder.Dispose();

    private static StreamRun Publish(string sample)
    {
        var run = new StreamRun();
        run.PublishFile(FlvPublisher.Sample(sample));
        run.End();
        return run;
    }

    private static async Task<int> CountPacketsAsync(string file, string kind)
    {
        (_, string output, _) = await Ffmpeg.RunAsync(
            "ffprobe", "-v", "error", "-select_streams", kind, "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", file);
        return int.Parse(output.Trim().TrimEnd(','), System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task<string> ProbeSizeAsync(StreamRun run, ParsedPlaylist.Entry segment) =>
        await Ffmpeg.ProbeAsync(_folder.Write($"{segment.Uri}.mp4", run.Files[segment.Map!], run.Files[segment.Uri]), "stream=width,height");
}

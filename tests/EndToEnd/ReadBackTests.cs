using MediaServer.EndToEnd.Harness;

namespace MediaServer.EndToEnd;

/// <summary>What ffmpeg publishes, ffprobe reads back over every protocol.</summary>
public sealed class ReadBackTests(ReadBackTests.LiveSamples live) : IClassFixture<ReadBackTests.LiveSamples>
{
    [Theory]
    [InlineData(Sample.BFrames, "h264 640x360", "aac 44100")]
    [InlineData(Sample.VideoOnly, "h264 320x180")]
    [InlineData(Sample.AudioOnly, "aac 48000")]
    public async Task Ffprobe_reads_the_stream_over_rtmp(string sample, params string[] tracks) =>
        Assert.Equal(tracks, await Ffmpeg.ProbeAsync(live.Server.RtmpUrl(sample)));

    [Theory]
    [InlineData(Sample.BFrames, "h264 640x360", "aac 44100")]
    [InlineData(Sample.VideoOnly, "h264 320x180")]
    [InlineData(Sample.AudioOnly, "aac 48000")]
    public async Task Ffprobe_reads_the_stream_over_http_flv(string sample, params string[] tracks) =>
        Assert.Equal(tracks, await Ffmpeg.ProbeAsync(live.Server.FlvUrl(sample)));

    [Theory]
    [InlineData(Sample.BFrames, "h264 640x360", "aac 44100")]
    [InlineData(Sample.VideoOnly, "h264 320x180")]
    [InlineData(Sample.AudioOnly, "aac 48000")]
    public async Task Ffprobe_reads_the_stream_over_hls(string sample, params string[] tracks)
    {
        await live.WaitForPlaylistAsync(sample);
        Assert.Equal(tracks, await Ffmpeg.ProbeAsync(live.Server.HlsUrl(sample)));
    }

    [Fact]
    public async Task Hls_decodes_without_a_complaint()
    {
        await live.WaitForPlaylistAsync(Sample.BFrames);
        await using ChildProcess player = Ffmpeg.Decode(live.Server.HlsUrl(Sample.BFrames), "-t", "5");
        await Ffmpeg.AssertContentAsync(player, live.Server.Tail);
    }

    [Fact]
    public async Task The_multivariant_playlist_says_exactly_what_the_stream_is()
    {
        string playlist = await live.WaitForPlaylistAsync(Sample.BFrames);
        string variant = Assert.Single(playlist.Split('\n'), line => line.StartsWith("#EXT-X-STREAM-INF:", StringComparison.Ordinal));
        Assert.Matches(@"CODECS=""avc1\.6400[0-9A-F]{2},mp4a\.40\.2""", variant);
        Assert.Contains("RESOLUTION=640x360", variant, StringComparison.Ordinal);
        Assert.Contains("FRAME-RATE=30.000", variant, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_nobody_publishes_is_not_found()
    {
        foreach (string path in new[] { "live/nobody.flv", "live/nobody/index.m3u8" })
        {
            using HttpResponseMessage answer = await live.Server.Http.GetAsync(path);
            Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    public sealed class LiveSamples() : ServerFixture("read-back")
    {
        internal async Task<string> WaitForPlaylistAsync(string stream)
        {
            string playlist = "";
            await Waiting.UntilAsync(
                async () =>
                {
                    using HttpResponseMessage answer = await Server.Http.GetAsync(Server.HlsUrl(stream));
                    playlist = await answer.Content.ReadAsStringAsync();
                    return answer.IsSuccessStatusCode;
                },
                () => $"there is no playlist of live/{stream}. {Server.Tail()}");
            return playlist;
        }

        protected override async Task PrepareAsync()
        {
            string[] samples = [Sample.BFrames, Sample.VideoOnly, Sample.AudioOnly];
            foreach (string sample in samples)
            {
                Own(Ffmpeg.PublishLoop(Sample.PathOf(sample), Server.RtmpUrl(sample)));
            }

            await Task.WhenAll(samples.Select(sample => Server.WaitForStreamAsync(sample)));
        }
    }
}

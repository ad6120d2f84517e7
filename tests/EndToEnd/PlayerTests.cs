using MediaServer.EndToEnd.Harness;

namespace MediaServer.EndToEnd;

/// <summary>mpv and VLC.</summary>
public sealed class PlayerTests(PlayerTests.Show show) : IClassFixture<PlayerTests.Show>
{
    [Theory]
    [InlineData("rtmp")]
    [InlineData("http-flv")]
    [InlineData("hls")]
    public async Task Mpv_plays(string protocol)
    {
        await using ChildProcess mpv = Players.Mpv(show.UrlOf(protocol));
        int code = await mpv.WaitForExitAsync(Waiting.Limit);
        Assert.True(code == 0, $"mpv ended with {code}. {mpv.Tail()} {show.Server.Tail()}");
        Assert.Contains("VO: [null] 640x360 yuv420p", mpv.Output); // said of the first decoded picture
        Assert.Contains("AO: [null] 44100Hz stereo 2ch floatp", mpv.Output);
    }

    [Theory]
    [InlineData("rtmp")]
    [InlineData("http-flv")]
    public async Task Vlc_plays(string protocol)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("mediaserver-vlc-");
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_111_111); // VLC may run as somebody else
            }

            string file = Path.Combine(folder.FullName, "vlc.ts");
            await using ChildProcess vlc = Players.Vlc(show.UrlOf(protocol), file);
            await vlc.WaitForExitAsync(Waiting.Limit);
            Assert.True(File.Exists(file), $"VLC wrote nothing. {vlc.Tail()} {show.Server.Tail()}");
            Assert.Equal(["h264 640x360", "aac 44100"], await Ffmpeg.ProbeAsync(file));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public sealed class Show() : ServerFixture("players")
    {
        private const string Stream = "show";

        internal string UrlOf(string protocol) => protocol switch
        {
            "rtmp" => Server.RtmpUrl(Stream),
            "hls" => Server.HlsUrl(Stream),
            _ => Server.FlvUrl(Stream),
        };

        protected override async Task PrepareAsync()
        {
            Own(Ffmpeg.PublishLoop(Sample.PathOf(Sample.BFrames), Server.RtmpUrl(Stream)));
            await Server.WaitForStreamAsync(Stream);
            await Waiting.UntilAsync(
                async () =>
                {
                    using HttpResponseMessage answer = await Server.Http.GetAsync(Server.HlsUrl(Stream));
                    return answer.IsSuccessStatusCode;
                },
                () => $"there is no playlist. {Server.Tail()}");
        }
    }
}

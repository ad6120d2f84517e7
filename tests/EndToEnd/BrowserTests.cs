using MediaServer.EndToEnd.Harness;

namespace MediaServer.EndToEnd;

/// <summary>The console in a real browser.</summary>
public sealed class BrowserTests(BrowserTests.Show show) : IClassFixture<BrowserTests.Show>
{
    [Fact]
    public async Task The_console_shows_the_stream_and_plays_it()
    {
        await using BrowserPage page = await show.Browser.OpenAsync(show.Server, "/");
        await page.AssertPlaysAsync();
        await page.ScreenshotAsync("console");
        string row = await page.Locate("#streams [data-key='live/show']").InnerTextAsync();
        Assert.Contains("H.264", row, StringComparison.Ordinal);
        Assert.Contains("640×360", row, StringComparison.Ordinal);
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task The_console_shows_who_reads_the_stream_and_how_they_do()
    {
        await using BrowserPage page = await show.Browser.OpenAsync(show.Server, "/watch/live/show");
        await page.ChooseTransportAsync("flv");
        string viewer = await page.Locate("#delivery tbody tr:has-text('http-flv')").First.InnerTextAsync();
        await page.ScreenshotAsync("subscribers");
        Assert.Contains("live", viewer, StringComparison.Ordinal);
        Assert.Contains("%", viewer, StringComparison.Ordinal);
        Assert.Contains("normal", await page.Locate("#delivery tbody tr:has-text('hls')").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task Hls_plays()
    {
        await using BrowserPage page = await show.Browser.OpenAsync(show.Server, "/watch/live/show");
        await page.ChooseTransportAsync("hls");
        await page.AssertPlaysAsync();
        await page.ScreenshotAsync("hls");
        Assert.Contains(page.Requests, url => url.EndsWith("/live/show/index.m3u8", StringComparison.Ordinal));
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task Http_flv_plays()
    {
        await using BrowserPage page = await show.Browser.OpenAsync(show.Server, "/watch/live/show");
        await page.ChooseTransportAsync("flv");
        await page.AssertPlaysAsync();
        await page.ScreenshotAsync("http-flv");
        Assert.Contains(page.Requests, url => url.EndsWith("/live/show.flv", StringComparison.Ordinal));
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task The_demo_plays_by_itself()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("demo", "--Demo:Enabled=true");
        await using BrowserPage page = await show.Browser.OpenAsync(server, "/");
        await page.AssertPlaysAsync();
        await page.ScreenshotAsync("demo");
        Assert.Empty(page.Faults);
    }

    public sealed class Show() : ServerFixture("browser")
    {
        internal Browser Browser { get; private set; } = null!;

        protected override async Task PrepareAsync()
        {
            Browser = Own(await Browser.StartAsync());
            Own(Ffmpeg.PublishLoop(Sample.PathOf(Sample.BFrames), Server.RtmpUrl("show")));
            await Server.WaitForStreamAsync("show");
        }
    }
}

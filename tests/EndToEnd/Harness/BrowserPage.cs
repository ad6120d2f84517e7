using System.Text.Json;
using Microsoft.Playwright;

namespace MediaServer.EndToEnd.Harness;

/// <summary>A page of the console, and what went wrong on it.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private readonly ServerProcess _server;
    private readonly IPage _page;
    private readonly List<string> _faults = [];
    private readonly List<string> _requests = [];

    public BrowserPage(ServerProcess server, IPage page)
    {
        _server = server;
        _page = page;
        page.PageError += (_, error) => _faults.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _faults.Add(message.Text);
            }
        };
        page.Request += (_, request) => _requests.Add(request.Url);
    }

    /// <summary>What scripts and network complained about.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Every URL that was asked for.</summary>
    public IReadOnlyList<string> Requests => _requests;

    public ILocator Locate(string selector) => _page.Locator(selector);

    public Task GoAsync(string path) => _page.GotoAsync($"http://localhost:{_server.HttpPort}{path}");

    /// <summary>Chooses how the stream comes: <c>hls</c> or <c>flv</c>.</summary>
    public Task ChooseTransportAsync(string name) => _page.Locator($"label:has(input[name=transport][value={name}])").ClickAsync();

    /// <summary>Waits until the picture has size, moves on by 2 s, and shows more than one colour.</summary>
    public async Task AssertPlaysAsync()
    {
        await WaitForAsync("v => v.videoWidth > 0 && v.currentTime > 0 && !v.paused && v.readyState >= 3", "no picture");
        double begun = await EvaluateAsync<double>("v => v.currentTime");
        int shown = await EvaluateAsync<int>("v => v.getVideoPlaybackQuality().totalVideoFrames");
        await WaitForAsync($"v => v.currentTime > {begun.ToString("R", System.Globalization.CultureInfo.InvariantCulture)} + 2", "the picture stands still");
        Assert.True(await EvaluateAsync<int>("v => v.getVideoPlaybackQuality().totalVideoFrames") > shown + 20, "too few pictures were shown");
        int colours = await EvaluateAsync<int>(
            """
            video => {
              const canvas = document.createElement('canvas');
              canvas.width = 64;
              canvas.height = 36;
              const context = canvas.getContext('2d');
              context.drawImage(video, 0, 0, 64, 36);
              const bytes = context.getImageData(0, 0, 64, 36).data;
              const colours = new Set();
              for (let i = 0; i < bytes.length; i += 4) colours.add(`${bytes[i] >> 5} ${bytes[i + 1] >> 5} ${bytes[i + 2] >> 5}`);
              return colours.size;
            }
            """);
        Assert.True(colours > 8, $"the picture has {colours} colours");
    }

    public async Task ScreenshotAsync(string name) =>
        await _page.ScreenshotAsync(new() { Path = Artifacts.PathOf($"{name}.png") });

    public async ValueTask DisposeAsync() => await _page.Context.DisposeAsync();

    private Task<T> EvaluateAsync<T>(string script) => _page.Locator("video").EvaluateAsync<T>(script);

    private async Task WaitForAsync(string condition, string failure)
    {
        try
        {
            await _page.WaitForFunctionAsync($"() => {{ const v = document.querySelector('video'); return v && ({condition})(v); }}");
        }
        catch (TimeoutException)
        {
            await ScreenshotAsync("failed");
            JsonElement? state = await EvaluateAsync<JsonElement?>(
                "v => ({ time: v.currentTime, width: v.videoWidth, ready: v.readyState, paused: v.paused, error: v.error && v.error.message, buffered: [...Array(v.buffered.length).keys()].map(i => [v.buffered.start(i), v.buffered.end(i)]) })");
            Assert.Fail($"{failure}: {state}\nfaults: {string.Join('\n', _faults)}\nrequests: {string.Join('\n', _requests.TakeLast(10))}\n{_server.Tail()}");
        }
    }
}

using System.Net.Http.Headers;
using System.Text.Json;
using MediaServer.Server.Tests.Metrics;
using MediaServer.Server.Tests.Support;

namespace MediaServer.Server.Tests.Startup;

/// <summary>What a server says about a stream that is really live: the demo, published to it over RTMP. One server for all of it.</summary>
public sealed class DemoStreamTests(DemoStreamTests.SharedServer shared) : IClassFixture<DemoStreamTests.SharedServer>
{
    private const string Token = "a token of the tests";

    private readonly HttpClient _client = shared.Client;

    [Fact]
    public async Task The_api_describes_the_stream()
    {
        JsonElement stream = await Polling.UntilAsync(async () =>
        {
            JsonElement[] streams = await GetStreamsAsync();
            return streams is [JsonElement only] && only.GetProperty("bitrate").GetInt64() > 0 && only.GetProperty("gopSeconds").ValueKind == JsonValueKind.Number
                ? only
                : (JsonElement?)null;
        });

        Assert.Equal("shows/demo", stream.GetProperty("app").GetString());
        Assert.Equal("loop", stream.GetProperty("name").GetString());
        JsonElement video = stream.GetProperty("video");
        Assert.Equal("H.264", video.GetProperty("codec").GetString());
        Assert.StartsWith("avc1.64", video.GetProperty("codecString").GetString(), StringComparison.Ordinal);
        Assert.Equal((640, 360), (video.GetProperty("width").GetInt32(), video.GetProperty("height").GetInt32()));
        JsonElement audio = stream.GetProperty("audio");
        Assert.Equal("mp4a.40.2", audio.GetProperty("codecString").GetString());
        Assert.Equal((44_100, 2), (audio.GetProperty("sampleRate").GetInt32(), audio.GetProperty("channels").GetInt32()));
        Assert.InRange(stream.GetProperty("bitrate").GetInt64(), 100_000, 2_000_000);
        Assert.InRange(stream.GetProperty("frameRate").GetDouble(), 20, 45);
        Assert.InRange(stream.GetProperty("gopSeconds").GetDouble(), 1.9, 2.1);
        Assert.Equal(0, stream.GetProperty("viewers").GetProperty("hls").GetInt32());
    }

    [Fact]
    public async Task The_metrics_count_the_stream_and_copy_nothing_on_its_way_in()
    {
        PrometheusText metrics = await Polling.UntilAsync(async () =>
        {
            var read = PrometheusText.Parse(await _client.GetStringAsync(new Uri("/metrics", UriKind.Relative)));
            return read.Value("mediaserver_frames_in_total", "kind=video") > 30 ? read : null;
        });

        Assert.Equal(1, metrics.Value("mediaserver_streams"));
        Assert.Equal(1, metrics.Value("mediaserver_publishers"));
        Assert.Equal(1, metrics.Value("mediaserver_rtmp_connections"));
        Assert.True(metrics.Value("mediaserver_frames_in_total", "kind=audio") > 10);
        Assert.True(metrics.Value("mediaserver_received_bytes_total") > metrics.Value("mediaserver_media_in_bytes_total", "kind=video"));
        Assert.True(metrics.Value("mediaserver_slabs_outstanding") > 0);
        Assert.Equal(0, metrics.Value("mediaserver_malformed_messages_total"));
        Assert.Equal(0, metrics.Value("mediaserver_over_releases_total"));
        Assert.All(metrics.Families["mediaserver_copied_bytes_total"].Samples, sample => Assert.Equal(0, sample.Value));
    }

    [Fact]
    public async Task Series_that_name_the_stream_are_for_who_has_the_token()
    {
        using var stranger = new HttpClient { BaseAddress = _client.BaseAddress };
        var known = PrometheusText.Parse(await _client.GetStringAsync(new Uri("/metrics", UriKind.Relative)));
        var unknown = PrometheusText.Parse(await stranger.GetStringAsync(new Uri("/metrics", UriKind.Relative)));

        Assert.True(known.Value("mediaserver_stream_frames_in_total", "stream=shows/demo/loop", "kind=video") > 0);
        Assert.Equal(known.Families.Keys.Where(name => !name.StartsWith("mediaserver_stream_", StringComparison.Ordinal)).Order(), unknown.Families.Keys.Order());
    }

    [Fact]
    public async Task The_api_asks_everybody_for_the_token_once_there_is_one()
    {
        using var stranger = new HttpClient { BaseAddress = _client.BaseAddress };

        using HttpResponseMessage response = await stranger.GetAsync(new Uri("/api/v1/streams", UriKind.Relative));

        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
    }

    [Fact]
    public async Task The_log_names_the_stream_and_never_the_token()
    {
        await Polling.UntilAsync(() => Task.FromResult(shared.Server.Log.Contains("shows/demo/loop", StringComparison.Ordinal) ? "" : null));

        Assert.DoesNotContain(Token, shared.Server.Log, StringComparison.Ordinal);
    }

    private Task<JsonElement[]> GetStreamsAsync() => _client.GetListAsync("/api/v1/streams", "streams");

    public sealed class SharedServer : IAsyncLifetime
    {
        private ServerProcess? _server;

        public HttpClient Client { get; private set; } = null!;

        internal ServerProcess Server => _server!;

        public async Task InitializeAsync()
        {
            _server = await ServerProcess.StartAsync("--Demo:Enabled=true", "--Demo:Stream=shows/demo/loop", $"--Api:Token={Token}");
            Client = _server.CreateClient();
            Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        }

        public async Task DisposeAsync()
        {
            Client.Dispose();
            if (_server is not null)
            {
                await _server.DisposeAsync();
            }
        }
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using MediaServer.Server.Tests.Metrics;

namespace MediaServer.Server.Tests.Startup;

/// <summary>What the HTTP port answers while nobody publishes; one server for all of it.</summary>
public sealed partial class EndpointTests(EndpointTests.SharedServer shared) : IClassFixture<EndpointTests.SharedServer>
{
    private readonly HttpClient _client = shared.Client;

    [Theory]
    [InlineData("/healthz", "ok\n")]
    [InlineData("/readyz", "ready\n")]
    public async Task A_probe_says_that_all_is_well(string path, string expected)
    {
        Assert.Equal(expected, await _client.GetStringAsync(new Uri(path, UriKind.Relative)));
    }

    [Fact]
    public async Task Metrics_are_what_prometheus_reads()
    {
        using HttpResponseMessage response = await _client.GetAsync(new Uri("/metrics", UriKind.Relative));
        var metrics = PrometheusText.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.All(
            [
                "mediaserver_streams", "mediaserver_publishers", "mediaserver_subscribers", "mediaserver_buffer_fill_ratio",
                "mediaserver_frames_in_total", "mediaserver_frames_delivered_total", "mediaserver_frames_dropped_total",
                "mediaserver_media_in_bytes_total", "mediaserver_received_bytes_total", "mediaserver_sent_bytes_total",
                "mediaserver_copied_bytes_total", "mediaserver_slabs_outstanding",
                "mediaserver_slabs_idle", "mediaserver_rtmp_connections", "mediaserver_over_releases_total", "mediaserver_build_info",
                "dotnet_process_cpu_time_seconds_total", "dotnet_process_memory_working_set_bytes",
            ],
            name => Assert.Contains(name, metrics.Families.Keys));
        Assert.Equal(0, metrics.Value("mediaserver_over_releases_total"));
        Assert.All(metrics.Families.Values.SelectMany(family => family.Samples), sample => Assert.DoesNotContain("stream", sample.Labels.Keys));
    }

    [Fact]
    public async Task Metrics_pass_the_linter_of_prometheus()
    {
        string text = await _client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        string? fault = await Promtool.CheckAsync(text);
        Assert.Null(fault);
    }

    [Fact]
    public async Task The_page_comes_with_a_strict_policy_under_each_of_its_addresses()
    {
        foreach (string path in new[] { "/", "/watch/live/test", "/watch/a/b/c" })
        {
            using HttpResponseMessage response = await _client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
            string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_page_needs_nothing_from_elsewhere_and_all_it_needs_is_there()
    {
        string page = await _client.GetStringAsync(new Uri("/", UriKind.Relative));
        foreach (Match reference in Reference().Matches(page))
        {
            string address = reference.Groups["address"].Value;
            Assert.True(address.StartsWith('/') || address.StartsWith('#'), $"The page refers to {address}.");
            using HttpResponseMessage response = await _client.GetAsync(new Uri(address, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task The_page_is_not_sent_again_to_who_has_it()
    {
        using HttpResponseMessage first = await _client.GetAsync(new Uri("/", UriKind.Relative));
        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri("/", UriKind.Relative));
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using HttpResponseMessage second = await _client.SendAsync(again);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Theory]
    [InlineData("/..%2fappsettings.json")]
    [InlineData("/%2e%2e/appsettings.json")]
    [InlineData("/appsettings.json")]
    [InlineData("/assets/..%5c..%5cappsettings.json")]
    [InlineData("/assets/../../mediaserver.dll")]
    public async Task No_path_leads_out_of_the_console(string path)
    {
        using HttpResponseMessage response = await _client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task The_api_lists_no_streams_when_there_are_none()
    {
        using HttpResponseMessage response = await _client.GetAsync(new Uri("/api/v1/streams", UriKind.Relative));
        Assert.Equal("""{"streams":[]}""", await response.Content.ReadAsStringAsync());
        Assert.Equal(new CacheControlHeaderValue { NoStore = true }, response.Headers.CacheControl);
    }

    [Theory]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v1/streams/live/show")]
    [InlineData("/api/v1/streams/live/show/subscribers")]
    [InlineData("/api/v1/streams/a/b/c/show/subscribers?limit=1")]
    [InlineData("/api/v1/streams/subscribers")]
    [InlineData("/api/v1/streams/live/%2e%2e/subscribers")]
    public async Task What_the_api_does_not_have_is_a_problem_in_json(string path)
    {
        using HttpResponseMessage response = await _client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("Host", "attacker.example")]
    public async Task A_request_that_may_come_from_elsewhere_does_not_get_into_the_api(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1/streams", UriKind.Relative));
        Assert.True(request.Headers.TryAddWithoutValidation(header, value));

        using HttpResponseMessage response = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [GeneratedRegex("""(?:src|href)="(?<address>[^"]*)""")]
    private static partial Regex Reference();

    public sealed class SharedServer : IAsyncLifetime
    {
        private ServerProcess? _server;

        public HttpClient Client { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            _server = await ServerProcess.StartAsync();
            Client = _server.CreateClient();
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

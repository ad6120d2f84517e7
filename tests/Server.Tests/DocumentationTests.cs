using System.Text.Json;
using System.Text.RegularExpressions;
using MediaServer.Server.Api;
using MediaServer.Server.Metrics;
using MediaServer.Server.Tests.Metrics;
using MediaServer.Server.Tests.Startup;

namespace MediaServer.Server.Tests;

public partial class DocumentationTests
{
    // The API's objects, as the documentation calls them.
    private static readonly (string Name, Type Type)[] Answers =
    [
        ("server", typeof(ServerAnswer)),
        ("streams", typeof(StreamsAnswer)),
        ("stream", typeof(StreamAnswer)),
        ("video", typeof(VideoAnswer)),
        ("audio", typeof(AudioAnswer)),
        ("subscribers", typeof(SubscribersAnswer)),
        ("subscriber", typeof(SubscriberAnswer)),
        ("fill", typeof(FillAnswer)),
        ("lags", typeof(LagsAnswer)),
        ("lag", typeof(LagAnswer)),
        ("delivery", typeof(DeliveryAnswer)),
        ("counts", typeof(CountsAnswer)),
        ("durations", typeof(DurationsAnswer)),
        ("problem", typeof(ApiProblem)),
    ];

    private static string Root { get; } = FindRoot();

    [Fact]
    public void Every_file_that_the_documents_name_exists()
    {
        string[] documents = [Path.Combine(Root, "README.md"), Path.Combine(Root, "CONTRIBUTING.md"), .. Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)];
        Assert.All(documents, document => Assert.All(
            SourcePath().Matches(File.ReadAllText(document)),
            path => Assert.True(Path.Exists(Path.Combine(Root, path.Value)), $"{Path.GetFileName(document)} names {path.Value}")));
    }

    [Fact]
    public void The_architecture_walks_through_every_part()
    {
        string text = File.ReadAllText(Path.Combine(Root, "docs", "architecture.md"));
        Assert.All(Directory.GetDirectories(Path.Combine(Root, "src")), part => Assert.Contains($"src/{Path.GetFileName(part)}/", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_documented_metrics_and_the_real_ones_are_the_same()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        using HttpClient client = server.CreateClient();
        using HttpResponseMessage request = await client.GetAsync(new Uri("/live/nothing/index.m3u8", UriKind.Relative)); // some are there after the first request
        var real = PrometheusText.Parse(await client.GetStringAsync(new Uri("/metrics", UriKind.Relative)));

        IEnumerable<string> documented = MetricName().Matches(File.ReadAllText(Path.Combine(Root, "docs", "operations.md"))).Select(name => name.Groups[1].Value);

        IEnumerable<string> ofStreams = StreamSeries.Families.Select(family => family.Name); // there are none of them now
        Assert.Equal(
            real.Families.Keys.Where(name => name.StartsWith("mediaserver_", StringComparison.Ordinal)).Concat(ofStreams).Order(),
            documented.Distinct().Order());
    }

    [Fact]
    public void The_documented_fields_of_the_api_and_the_real_ones_are_the_same()
    {
        string[] documented = [.. ApiField().Matches(File.ReadAllText(Path.Combine(Root, "docs", "operations.md")))
            .SelectMany(row => row.Groups["field"].Captures.Select(field => $"{row.Groups["object"].Value} {field.Value}"))];

        Assert.Equal(
            Answers.SelectMany(answer => answer.Type.GetProperties().Select(property => $"{answer.Name} {JsonNamingPolicy.CamelCase.ConvertName(property.Name)}")).Order(),
            documented.Order());
    }

    public static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MediaServer.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("MediaServer.sln is not above the test's folder.");
    }

    [GeneratedRegex(@"\b(?:src|tests|docs|build|sample-streams)/[\w./-]*\w")]
    private static partial Regex SourcePath();

    // | stream | `app`, `name` | … |
    [GeneratedRegex(@"^\| (?<object>[a-z]+) \| `(?<field>[a-zA-Z0-9]+)`(?:, `(?<field>[a-zA-Z0-9]+)`)* \|", RegexOptions.Multiline)]
    private static partial Regex ApiField();

    [GeneratedRegex("`(mediaserver_[a-z_]+)`")]
    private static partial Regex MetricName();
}

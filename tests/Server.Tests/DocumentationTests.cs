using System.Text.RegularExpressions;
using MediaServer.Server.Tests.Metrics;
using MediaServer.Server.Tests.Startup;

namespace MediaServer.Server.Tests;

public partial class DocumentationTests
{
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

        Assert.Equal(real.Families.Keys.Where(name => name.StartsWith("mediaserver_", StringComparison.Ordinal)).Order(), documented.Distinct().Order());
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

    [GeneratedRegex("`(mediaserver_[a-z_]+)`")]
    private static partial Regex MetricName();
}

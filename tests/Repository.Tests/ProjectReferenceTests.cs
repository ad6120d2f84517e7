using System.Xml.Linq;

namespace MediaServer.Repository.Tests;

public class ProjectReferenceTests
{
    // References point down only; siblings never reference each other (docs/architecture.md).
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Media"] = [],
        ["Rtmp"] = ["Media"],
        ["Hub"] = ["Media"],
        ["Transport"] = ["Media"],
        ["Ingest"] = ["Media", "Rtmp", "Hub", "Transport"],
        ["Playback"] = ["Media", "Rtmp", "Hub", "Transport"],
        ["Hls"] = ["Media", "Rtmp", "Hub", "Transport"],
        ["Archive"] = ["Media", "Rtmp", "Hub", "Transport"],
        ["Relay"] = ["Media", "Rtmp", "Hub", "Transport"],
        ["Server"] = ["Media", "Rtmp", "Hub", "Transport", "Ingest", "Playback", "Hls", "Archive", "Relay"],
    };

    public static TheoryData<string> Projects => [.. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Root, file))];

    private static string Root { get; } = FindRoot();

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_stands_below_it(string project)
    {
        string name = NameOf(project);
        Assert.True(Allowed.ContainsKey(name), $"{project} is not a project of the design: add it there, and here.");

        IEnumerable<string> references = XDocument.Load(Path.Combine(Root, project)).Descendants("ProjectReference")
            .Select(reference => NameOf(reference.Attribute("Include")!.Value));

        Assert.Empty(references.Except(Allowed[name]));
    }

    [Theory]
    [InlineData("Media")]
    [InlineData("Rtmp")]
    public void The_vocabulary_and_the_protocol_do_no_input_or_output(string name)
    {
        string[] forbidden = ["System.Net.Sockets", "System.IO.Pipelines", "Microsoft.AspNetCore", "FileStream", "File.Open"];

        foreach (string file in Directory.EnumerateFiles(Path.Combine(Root, "src", name), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
        {
            string text = File.ReadAllText(file);
            Assert.All(forbidden, word => Assert.False(text.Contains(word, StringComparison.Ordinal), $"{file} uses {word}"));
        }
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = File.ReadAllText(Path.Combine(Root, "MediaServer.sln")).Replace('\\', '/');
        foreach (string folder in new[] { "src", "tests" })
        {
            Assert.All(
                Directory.EnumerateFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories),
                file => Assert.Contains(Path.GetRelativePath(Root, file).Replace('\\', '/'), solution, StringComparison.Ordinal));
        }
    }

    private static string NameOf(string project) =>
        Path.GetFileNameWithoutExtension(project.Replace('\\', '/')).Replace("MediaServer.", "", StringComparison.Ordinal);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MediaServer.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("MediaServer.sln is not above the test's folder.");
    }
}

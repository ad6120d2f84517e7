namespace MediaServer.Server.Tests.Startup;

public sealed class MissingConsoleTests : IDisposable
{
    private readonly string _program = Directory.CreateTempSubdirectory("mediaserver-bare-").FullName;

    public void Dispose() => Directory.Delete(_program, recursive: true);

    [Fact]
    public async Task Without_its_console_the_server_runs_and_its_page_says_how_to_build_it()
    {
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory)) // what lies in folders, the console too, stays behind
        {
            File.Copy(file, Path.Combine(_program, Path.GetFileName(file)));
        }

        await using ServerProcess server = await ServerProcess.StartAsync(_program, []);
        using HttpClient client = server.CreateClient();

        string page = await client.GetStringAsync(new Uri("/", UriKind.Relative));

        Assert.Contains("Node.js 18", page, StringComparison.Ordinal);
        Assert.Contains("npm run build", page, StringComparison.Ordinal);
        Assert.Contains("The console is not built", server.Log, StringComparison.Ordinal);
        Assert.Equal("ready\n", await client.GetStringAsync(new Uri("/readyz", UriKind.Relative)));
    }
}

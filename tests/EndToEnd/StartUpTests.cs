using System.Net;
using System.Net.Sockets;
using MediaServer.EndToEnd.Harness;

namespace MediaServer.EndToEnd;

/// <summary>A server that cannot start says why in one line, and nothing else.</summary>
public sealed class StartUpTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mediaserver-test-");
    private readonly TcpListener _taken = new(IPAddress.IPv6Any, 0);

    public StartUpTests()
    {
        _taken.Server.DualMode = true;
        _taken.Start();
    }

    private int TakenPort => ((IPEndPoint)_taken.LocalEndpoint).Port;

    [Theory]
    [InlineData("Ingest:Port")]
    [InlineData("Http:Port")]
    public async Task A_port_in_use_is_named(string option) =>
        await AssertRefusesAsync($"--{option}={TakenPort}", option, $"{TakenPort}");

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named()
    {
        string file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "in the way");
        string below = Path.Combine(file, "data"); // no folder can be made below a file, not even by root
        await AssertRefusesAsync($"--Server:DataFolder={below}", "Server:DataFolder", below);
    }

    [Theory]
    [InlineData("--Http:Port=banana", "Http:Port")]
    [InlineData("--Http:Prot=8080", "Http:Prot")]
    public async Task A_bad_option_is_named(string option, string name) => await AssertRefusesAsync(option, name);

    public void Dispose()
    {
        _taken.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task AssertRefusesAsync(string option, params string[] words)
    {
        string[] usable = [$"--Ingest:Port={FreePorts.Take()}", $"--Http:Port={FreePorts.Take()}", $"--Server:DataFolder={_folder.FullName}"];
        await using ChildProcess server = ServerProcess.Run([.. usable, option]); // the last of a name counts
        int code = await server.WaitForExitAsync(Waiting.Limit);
        Assert.True(code == 1, $"exit code {code}. {server.Tail()}");
        string line = Assert.Single(server.Errors);
        Assert.All(words, word => Assert.Contains(word, line, StringComparison.Ordinal));
        Assert.DoesNotContain(server.Output, written => written.Contains("   at ", StringComparison.Ordinal) || written.Contains("Exception", StringComparison.Ordinal));
    }
}

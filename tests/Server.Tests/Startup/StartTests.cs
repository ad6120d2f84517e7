using System.Net;
using System.Net.Sockets;

namespace MediaServer.Server.Tests.Startup;

public class StartTests
{
    [Theory]
    [InlineData("Http:Port")]
    [InlineData("Ingest:Port")]
    public async Task A_port_in_use_is_named_in_one_line(string option)
    {
        using var occupant = new TcpListener(IPAddress.IPv6Any, 0);
        occupant.Server.DualMode = true;
        occupant.Start();
        int port = ((IPEndPoint)occupant.LocalEndpoint).Port;

        ServerExit exit = await ServerProcess.RunAsync($"--{option}={port}");

        AssertOneLine(exit, $"port {port}", option);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_to_is_named_in_one_line()
    {
        ServerExit exit = await ServerProcess.RunAsync("--Server:DataFolder=/proc/mediaserver");

        AssertOneLine(exit, "Server:DataFolder", "/proc/mediaserver");
    }

    [Theory]
    [InlineData("--Http:Port=high", "Http:Port", "'high'")]
    [InlineData("--Http:Port=70000", "Http:Port", "65535")]
    [InlineData("--Ingest:ConnectTimeout=0", "Ingest:ConnectTimeout", "between")]
    [InlineData("--Log:Level=Loud", "Log:Level", "Information")]
    [InlineData("--Http:Prot=80", "Http:Prot", "did you mean Http:Port?")]
    [InlineData("--Nothing:AtAll=1", "Nothing:AtAll", "--help")]
    [InlineData("--Demo:Enabled", "Demo:Enabled", "value is missing")]
    [InlineData("Http:Port=80", "Http:Port=80", "--Section:Name=value")]
    [InlineData("--Api:Token=short", "Api:Token", "16 characters")]
    [InlineData("--Demo:Stream=../etc", "Demo:Stream", "dot")]
    public async Task A_wrong_option_is_named_in_one_line(string argument, params string[] words)
    {
        AssertOneLine(await ServerProcess.RunAsync(argument), words);
    }

    [Fact]
    public async Task All_that_is_wrong_is_named_at_once()
    {
        ServerExit exit = await ServerProcess.RunAsync("--Http:Port=x", "--Ingest:Port=-1", "--Htpp:Port=1", "--Server:DataFolder=/proc/no");

        Assert.Equal(1, exit.Code);
        string[] lines = exit.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.All(["Http:Port", "Ingest:Port", "Htpp:Port", "Server:DataFolder"], option => Assert.Contains(lines, line => line.Contains(option, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_termination_signal_ends_it_orderly_within_5_seconds()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();

        ServerExit exit = await server.TerminateAsync();

        Assert.Equal(0, exit.Code);
        Assert.True(exit.Time < TimeSpan.FromSeconds(5), $"It took {exit.Time}.");
        Assert.Empty(exit.Errors);
    }

    [Fact]
    public async Task The_version_is_that_of_the_build()
    {
        ServerExit exit = await ServerProcess.RunAsync("--version");

        Assert.Equal(0, exit.Code);
        Assert.Matches(@"^mediaserver \d+\.\d+\.\d+$", exit.Log.Trim());
    }

    [Fact]
    public async Task The_health_check_tells_a_server_that_is_there_from_none()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        int port = server.Http.Port;

        Assert.Equal(0, (await ServerProcess.RunAsync("--healthcheck", $"--Http:Port={port}")).Code);
        await server.TerminateAsync();
        Assert.Equal(1, (await ServerProcess.RunAsync("--healthcheck", $"--Http:Port={port}")).Code);
    }

    private static void AssertOneLine(ServerExit exit, params string[] words)
    {
        Assert.Equal(1, exit.Code);
        string line = Assert.Single(exit.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.All(words, word => Assert.Contains(word, line, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", exit.Log, StringComparison.Ordinal);
    }
}

using System.Text.RegularExpressions;
using MediaServer.Server.Tests.Startup;

namespace MediaServer.Server.Tests.Access;

/// <summary>Keys as their user meets them: the real executable and its console.</summary>
public sealed partial class KeysOfServerTests
{
    [Fact]
    public async Task The_first_start_shows_a_key_with_what_to_type_into_obs_and_the_second_does_not()
    {
        string folder = Directory.CreateTempSubdirectory("mediaserver-first-").FullName;
        try
        {
            ServerExit first = await RunAsync(folder);
            ServerExit second = await RunAsync(folder);

            string key = Key().Match(first.Log).Groups["key"].Value;
            Assert.Equal(26, key.Length);
            Assert.Matches(@"Server +rtmp://\S+:\d+/live", first.Log);
            Assert.DoesNotContain("key=", second.Log, StringComparison.Ordinal);
            Assert.DoesNotContain(key, File.ReadAllText(Path.Combine(folder, "keys.json")), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_log_for_machines_does_not_get_the_key()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("--Log:Format=Json");

        ServerExit exit = await server.TerminateAsync();

        Assert.Matches(Key(), exit.Errors);
        Assert.All(exit.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("{", line, StringComparison.Ordinal));
        Assert.DoesNotContain("?key=", exit.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_server_sees_keys_that_are_added_and_removed()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        using HttpClient client = server.CreateClient();

        ServerExit added = await server.RunBesideAsync("keys", "add", "live/closed", "--play", "--key", "a-key-of-sixteen-or-more");
        Assert.Equal(0, added.Code);
        Assert.Contains("a-key-of-sixteen-or-more", added.Log, StringComparison.Ordinal);
        await UntilStatusAsync(client, System.Net.HttpStatusCode.Forbidden);

        string id = Regex.Match(added.Log, @"Key (\w+) may play").Groups[1].Value;
        Assert.Equal(0, (await server.RunBesideAsync("keys", "remove", id)).Code);
        await UntilStatusAsync(client, System.Net.HttpStatusCode.NotFound);

        ServerExit again = await server.RunBesideAsync("keys", "remove", id);
        Assert.Equal(1, again.Code);
        Assert.Equal($"mediaserver: there is no key {id} (\"mediaserver keys list\" shows them)\n", again.Errors);
        Assert.DoesNotContain("a-key-of-sixteen", server.Log, StringComparison.Ordinal);
    }

    private static async Task<ServerExit> RunAsync(string folder)
    {
        await using ServerProcess server = await ServerProcess.StartAsync($"--Server:DataFolder={folder}");
        return await server.TerminateAsync();
    }

    private static async Task UntilStatusAsync(HttpClient client, System.Net.HttpStatusCode expected)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri("/live/closed.flv", UriKind.Relative), late.Token);
            if (response.StatusCode == expected)
            {
                return;
            }

            await Task.Yield();
        }
    }

    [GeneratedRegex(@"Stream key +show\?key=(?<key>\w+)")]
    private static partial Regex Key();
}

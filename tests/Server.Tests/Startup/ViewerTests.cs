using System.Text.Json;
using MediaServer.Server.Tests.Support;

namespace MediaServer.Server.Tests.Startup;

/// <summary>What a server says about somebody who really watches.</summary>
public sealed class ViewerTests
{
    [Fact]
    public async Task A_viewer_is_in_the_list_of_subscribers_with_what_it_was_sent_until_it_leaves()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("--Demo:Enabled=true", "--Demo:Stream=shows/demo/loop");
        using HttpClient client = server.CreateClient();
        await Polling.UntilAsync(async () => (await client.GetListAsync("/api/v1/streams", "streams")).Length > 0 ? "" : null);
        using var viewer = new HttpClient { BaseAddress = client.BaseAddress };
        using HttpResponseMessage viewing = await viewer.GetAsync(new Uri("/shows/demo/loop.flv", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await using Stream media = await viewing.Content.ReadAsStreamAsync();
        using var leaving = new CancellationTokenSource();
        Task watching = media.CopyToAsync(Stream.Null, leaving.Token);

        JsonElement seen = await Polling.UntilAsync(async () => await FindViewerAsync(client) is { } found && VideoDelivered(found) > 30 ? found : (JsonElement?)null);
        JsonElement stream = Assert.Single(await client.GetListAsync("/api/v1/streams", "streams"));

        Assert.Contains(seen.GetProperty("state").GetString(), new[] { "catching_up", "normal" });
        Assert.Equal("live", seen.GetProperty("policy").GetString());
        Assert.InRange(seen.GetProperty("fill").GetDouble(), 0, 0.5);
        Assert.Equal(1, stream.GetProperty("subscribers").GetProperty("http-flv").GetInt32());
        Assert.True(VideoDelivered(stream) > 30);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
        viewing.Dispose();
        await Polling.UntilAsync(async () => await FindViewerAsync(client) is null ? "" : null);
    }

    private static async Task<JsonElement?> FindViewerAsync(HttpClient client) =>
        (await client.GetListAsync("/api/v1/streams/shows/demo/loop/subscribers", "subscribers"))
            .Select(subscriber => (JsonElement?)subscriber)
            .FirstOrDefault(subscriber => subscriber!.Value.GetProperty("kind").GetString() == "http-flv");

    private static long VideoDelivered(JsonElement described) =>
        described.GetProperty("delivery").GetProperty("delivered").GetProperty("video").GetInt64();
}

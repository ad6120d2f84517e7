using System.Net;
using MediaServer.EndToEnd.Harness;

namespace MediaServer.EndToEnd;

/// <summary>Players that take nothing more, or fall further behind than they asked to: they are cut off, and told.</summary>
public sealed class StuckPlayerTests(HotStream hot) : IClassFixture<HotStream>, IAsyncLifetime
{
    private const string Stream = "hot";

    private ServerProcess _server = null!;
    private ChildProcess _publisher = null!;

    public async Task InitializeAsync()
    {
        _server = await ServerProcess.StartAsync("stuck-players", "--Hls:Enabled=false", "--Playback:StallTimeout=00:00:03");
        _publisher = Ffmpeg.PublishLoop(hot.Path, _server.RtmpUrl(Stream));
        await _server.WaitForStreamAsync(Stream);
    }

    public async Task DisposeAsync()
    {
        await _publisher.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Who_stands_still_is_cut_off_and_told()
    {
        await using HostilePeer rtmp = await HostilePeer.ConnectAsync(_server);
        await rtmp.PlayAsync(Stream);
        using StuckPeer http = await StuckPeer.PlayAsync(_server, $"/live/{Stream}.flv", isWebSocket: false);
        using StuckPeer webSocket = await StuckPeer.PlayAsync(_server, $"/live/{Stream}.flv", isWebSocket: true);
        await WaitForCutOffsAsync(3, "took nothing of live/hot for 00:00:03");

        Task<byte[]> overHttp = http.ReadToEndAsync(_server.Tail);
        Task<byte[]> overWebSocket = webSocket.ReadToEndAsync(_server.Tail);
        await rtmp.ReadUntilAsync("NetStream.Play.InsufficientBW");
        await rtmp.WaitForCloseAsync(_server.Tail);
        await overHttp; // has no words for it
        Assert.Equal([0x03, 0xF5], LastCloseFrame(await overWebSocket)); // 1013: try again later
        await Waiting.UntilAsync(async () => await _server.CountViewersAsync(Stream) == 0, () => $"somebody still watches. {_server.Tail()}");
        MetricsReading metrics = await _server.ReadMetricsAsync();
        Assert.Equal(3, metrics.Sum("mediaserver_cut_offs_total"));
    }

    [Fact]
    public async Task Policy_and_bound_are_what_the_address_says()
    {
        await using HostilePeer strict = await HostilePeer.ConnectAsync(_server);
        await strict.PlayAsync($"{Stream}?policy=disconnect&maxlag=500ms");
        using StuckPeer strictHttp = await StuckPeer.PlayAsync(_server, $"/live/{Stream}.flv?policy=disconnect&maxlag=500ms", isWebSocket: false);
        await using HostilePeer patient = await HostilePeer.ConnectAsync(_server);
        await patient.PlayAsync($"{Stream}?policy=disconnect");
        await WaitForCutOffsAsync(2, "fell further behind live/hot than it may (policy disconnect)");

        // The third has the server's 10 s, which it does not come to: it takes nothing for 3 s before.
        await strict.ReadUntilAsync("NetStream.Play.InsufficientBW");
        await strict.WaitForCloseAsync(_server.Tail);
        await strictHttp.ReadToEndAsync(_server.Tail);
        await WaitForCutOffsAsync(1, "took nothing of live/hot for 00:00:03");
        await WaitForCutOffsAsync(2, "fell further behind live/hot than it may (policy disconnect)");
    }

    [Theory]
    [InlineData("policy=block")] // a viewer may not hold the log
    [InlineData("policy=whatever")]
    [InlineData("maxlag=soon")]
    public async Task An_address_that_asks_for_something_else_is_refused(string query)
    {
        await using HostilePeer peer = await HostilePeer.ConnectAsync(_server);
        await peer.PlayAsync($"{Stream}?{query}");
        await peer.ReadUntilAsync("NetStream.Play.Failed");

        using HttpResponseMessage answer = await _server.Http.GetAsync($"live/{Stream}.flv?{query}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private Task WaitForCutOffsAsync(int count, string words) => Waiting.UntilAsync(
        () => Task.FromResult(_server.Log.Count(line => line.Contains(words, StringComparison.Ordinal)) == count),
        () => $"the log has no {count} lines with \"{words}\". {_server.Tail()}");

    /// <summary>What the last unmasked close frame says (RFC 6455 §5.5.1): its status code, two bytes.</summary>
    private static byte[] LastCloseFrame(byte[] received)
    {
        const byte Close = 0x88;
        int at = Array.LastIndexOf(received, Close);
        Assert.True(at >= 0 && received.Length - at > 3 && received[at + 1] == received.Length - at - 2, "there is no close frame at the end");
        return received[(at + 2)..(at + 4)];
    }
}

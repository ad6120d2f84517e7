using System.Diagnostics;
using MediaServer.EndToEnd.Harness;

namespace MediaServer.EndToEnd;

public sealed class ShutdownTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Asked_to_stop_the_server_ends_every_player_in_order_and_exits_with_zero_within_five_seconds()
    {
        const string Stream = "show";
        await using ServerProcess server = await ServerProcess.StartAsync("shutdown");
        await using ChildProcess publisher = Ffmpeg.PublishLoop(Sample.PathOf(Sample.BFrames), server.RtmpUrl(Stream));
        await server.WaitForStreamAsync(Stream);
        await using var rtmp = Viewer.Open(Protocol.Rtmp, server, Stream);
        await using var flv = Viewer.Open(Protocol.HttpFlv, server, Stream);
        await using ChildProcess rtmpPlayer = Ffmpeg.Play(server.RtmpUrl(Stream));
        await using ChildProcess flvPlayer = Ffmpeg.Play(server.FlvUrl(Stream));
        await rtmp.FirstAsync(frame => frame.IsPicture && frame.Timestamp > 2_000, "picture at 2 s");
        await flv.FirstAsync(frame => frame.IsPicture && frame.Timestamp > 2_000, "picture at 2 s");

        long asked = Stopwatch.GetTimestamp();
        Assert.Equal(0, await server.StopAsync());
        TimeSpan took = Stopwatch.GetElapsedTime(asked);
        Assert.True(took < Limit, $"stopping took {took}. {server.Tail()}");

        await rtmp.WaitForEndAsync();
        await flv.WaitForEndAsync();
        Assert.True(((RtmpViewer)rtmp).WasToldOfTheEnd);
        Assert.Equal(0, await rtmpPlayer.WaitForExitAsync(Waiting.Limit));
        Assert.Equal(0, await flvPlayer.WaitForExitAsync(Waiting.Limit));
        await publisher.WaitForExitAsync(Waiting.Limit);
    }
}

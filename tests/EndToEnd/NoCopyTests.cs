using MediaServer.EndToEnd.Harness;

namespace MediaServer.EndToEnd;

public sealed class NoCopyTests
{
    [Fact]
    public async Task A_publisher_that_is_watched_over_rtmp_costs_no_copied_byte()
    {
        const string Stream = "show";
        await using ServerProcess server = await ServerProcess.StartAsync("no-copy", "--Hls:Enabled=false");
        await using ChildProcess publisher = Ffmpeg.PublishLoop(Sample.PathOf(Sample.BFrames), server.RtmpUrl(Stream));
        await server.WaitForStreamAsync(Stream);
        await using ChildProcess player = Ffmpeg.Play(server.RtmpUrl(Stream));
        await using var viewer = Viewer.Open(Protocol.Rtmp, server, Stream);
        await viewer.FirstAsync(frame => frame.IsPicture && frame.Timestamp > 5_000, "picture at 5 s");

        MetricsReading metrics = await server.ReadMetricsAsync();
        Assert.True(metrics.Sum("mediaserver_frames_in_total") > 300, metrics.ToString());
        Assert.Equal(0, metrics.Sum("mediaserver_copied_bytes_total"));

        // The same counter does count when there is a copy to count, as there is for HTTP-FLV through Kestrel.
        await using var flv = Viewer.Open(Protocol.HttpFlv, server, Stream);
        await flv.FirstAsync(frame => frame.IsPicture, "picture");
        Assert.True((await server.ReadMetricsAsync()).Sum("mediaserver_copied_bytes_total") > 0);
    }
}

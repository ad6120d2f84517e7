using MediaServer.EndToEnd.Harness;

namespace MediaServer.EndToEnd;

public sealed class NoCopyTests
{
    [Fact]
    public async Task A_publisher_that_is_watched_over_rtmp_and_http_flv_costs_no_copied_byte()
    {
        const string Stream = "show";
        await using ServerProcess server = await ServerProcess.StartAsync("no-copy", "--Hls:Enabled=false");
        await using ChildProcess publisher = Ffmpeg.PublishLoop(Sample.PathOf(Sample.BFrames), server.RtmpUrl(Stream));
        await server.WaitForStreamAsync(Stream);
        await using ChildProcess player = Ffmpeg.Play(server.RtmpUrl(Stream));
        await using var viewer = Viewer.Open(Protocol.Rtmp, server, Stream);
        await using var flv = Viewer.Open(Protocol.HttpFlv, server, Stream);
        await viewer.FirstAsync(frame => frame.IsPicture && frame.Timestamp > 5_000, "picture at 5 s");
        await flv.FirstAsync(frame => frame.IsPicture && frame.Timestamp > 5_000, "picture at 5 s");

        MetricsReading metrics = await server.ReadMetricsAsync();
        Assert.True(metrics.Sum("mediaserver_frames_in_total") > 300, metrics.ToString());
        Assert.Equal(0, metrics.Sum("mediaserver_copied_bytes_total"));

        // The same counter does count when there is a copy to count: a connection's second request is answered through Kestrel.
        using var http = new HttpClient();
        await http.GetStringAsync(server.FlvUrl(Stream).Replace($"/live/{Stream}.flv", "/healthz", StringComparison.Ordinal));
        using HttpResponseMessage response = await http.GetAsync(server.FlvUrl(Stream), HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[10_000]);
        Assert.True((await server.ReadMetricsAsync()).Sum("mediaserver_copied_bytes_total") > 0);
    }
}

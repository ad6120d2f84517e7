using MediaServer.EndToEnd.Harness;

namespace MediaServer.EndToEnd;

/// <summary>RTMP clients that write what they get into a file: there it is, byte for byte.</summary>
public sealed class RecorderTests(RecorderTests.Recorders recorders) : IClassFixture<RecorderTests.Recorders>
{
    [Theory]
    [InlineData("rtmpsrc")]
    [InlineData("rtmp2src")]
    [InlineData("rtmpdump")]
    public async Task Its_file_has_everything_that_was_published_and_it_ends_with_the_stream(string client)
    {
        (ChildProcess recorder, string file) = recorders.Of(client);
        int code = await recorder.WaitForExitAsync(Waiting.Limit);
        Assert.True(code == 0, $"{client} ended with {code}. {recorder.Tail()} {recorders.Server.Tail()}");
        ReceivedFrame[] sent = [.. Sample.Read(Sample.PathOf(Sample.IntraRefresh)).Where(IsMedia)];
        ReceivedFrame[] received = [.. Sample.Read(file).Where(IsMedia)];
        Assert.Equal(sent.Length, received.Length);
        Assert.All(
            sent.Zip(received),
            pair => Assert.True(pair.First.HasSameBody(pair.Second) && pair.First.Timestamp == pair.Second.Timestamp, $"{pair.Second} instead of {pair.First}"));
    }

    private static bool IsMedia(ReceivedFrame frame) => frame.Body.Length > 0 && (frame.IsPicture || frame.IsSound);

    public sealed class Recorders() : ServerFixture("recorders")
    {
        private readonly Dictionary<string, (ChildProcess Recorder, string File)> _running = [];

        internal (ChildProcess Recorder, string File) Of(string client) => _running[client];

        protected override async Task PrepareAsync()
        {
            const string Stream = "show";
            Own(Ffmpeg.Publish(Sample.PathOf(Sample.IntraRefresh), Server.RtmpUrl(Stream)));
            await Server.WaitForStreamAsync(Stream);
            foreach (string client in new[] { "rtmpsrc", "rtmp2src", "rtmpdump" })
            {
                string file = Artifacts.PathOf($"recorded-by-{client}.flv");
                string url = Server.RtmpUrl(Stream);
                _running[client] = (Own(client == "rtmpdump" ? Players.RtmpDump(url, file) : GStreamer.Record(client, url, file)), file);
            }
        }
    }
}

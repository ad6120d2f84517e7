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
        IReadOnlyList<ReceivedFrame> sent = Sample.Read(Sample.PathOf(Sample.IntraRefresh));
        IReadOnlyList<ReceivedFrame> received = Sample.Read(file);
        AssertSame([.. sent.Where(frame => frame.IsPicture)], [.. received.Where(frame => frame.IsPicture)], mayMiss: 0);
        AssertSame(
            [.. sent.Where(IsSound)],
            [.. received.Where(IsSound)],
            ReceivedFrame.MaxSoundsBeforePicture);
    }

    private static bool IsSound(ReceivedFrame frame) => frame.IsSound && frame.Body.Length > 0;

    /// <summary>What is received is what was sent without a gap. At the end one may miss, too: rtmp2src drops what it reads together with the goodbye.</summary>
    private static void AssertSame(ReceivedFrame[] sent, ReceivedFrame[] received, int mayMiss)
    {
        Assert.InRange(sent.Length - received.Length, 0, mayMiss);
        int joined = Array.FindIndex(sent, frame => frame.HasSameBody(received[0]));
        Assert.InRange(joined, 0, sent.Length - received.Length);
        Assert.All(
            sent[joined..].Zip(received),
            pair => Assert.True(pair.First.HasSameBody(pair.Second) && pair.First.Timestamp == pair.Second.Timestamp, $"{pair.Second} instead of {pair.First}"));
    }

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

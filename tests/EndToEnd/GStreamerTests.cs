using MediaServer.EndToEnd.Harness;

namespace MediaServer.EndToEnd;

/// <summary>What GStreamer publishes, by either of its RTMP clients.</summary>
public sealed class GStreamerTests(GStreamerTests.Publishers publishers) : IClassFixture<GStreamerTests.Publishers>
{
    [Theory]
    [InlineData("rtmpsink")]
    [InlineData("rtmp2sink")]
    public async Task Everything_that_it_publishes_reaches_a_player(string sink)
    {
        Viewer viewer = await publishers.WatchAsync(sink);
        await viewer.WaitForEndAsync();
        IReadOnlyList<ReceivedFrame> sent = Sample.Read(Sample.PathOf(Sample.IntraRefresh));
        Assert.Equal(Bodies(sent, frame => frame.IsPicture, headerBytes: 5), Bodies(viewer.Frames, frame => frame.IsPicture, headerBytes: 5)); // its muxer writes other composition times
        string[] sounds = Bodies(sent, frame => frame.IsSound, headerBytes: 2);
        string[] heard = Bodies(viewer.Frames, frame => frame.IsSound, headerBytes: 2);
        Assert.InRange(sounds.Length - heard.Length, 0, ReceivedFrame.MaxSoundsBeforePicture);
        Assert.Equal(sounds[^heard.Length..], heard);
    }

    private static string[] Bodies(IEnumerable<ReceivedFrame> frames, Func<ReceivedFrame, bool> isOfTrack, int headerBytes) =>
        [.. frames.Where(isOfTrack).Select(frame => Convert.ToHexString(frame.Body.AsSpan(headerBytes)))];

    public sealed class Publishers() : ServerFixture("gstreamer")
    {
        private readonly Dictionary<string, Task<Viewer>> _watching = [];

        internal Task<Viewer> WatchAsync(string sink) => _watching[sink];

        protected override Task PrepareAsync()
        {
            foreach (string sink in new[] { "rtmpsink", "rtmp2sink" })
            {
                Own(GStreamer.Publish(sink, Sample.PathOf(Sample.IntraRefresh), Server.RtmpUrl(sink)));
                _watching[sink] = JoinAsync(sink);
            }

            return Task.WhenAll(_watching.Values);
        }

        private async Task<Viewer> JoinAsync(string stream)
        {
            await Server.WaitForStreamAsync(stream);
            return Own(Viewer.Open(Protocol.Rtmp, Server, stream));
        }
    }
}

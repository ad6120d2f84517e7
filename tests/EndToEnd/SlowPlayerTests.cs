using MediaServer.EndToEnd.Harness;
using Xunit.Abstractions;

namespace MediaServer.EndToEnd;

/// <summary>Players that stop reading for 20 s while others watch.</summary>
public sealed class SlowPlayerTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Stream = "hot";
    private const int Sleepers = 16; // of each protocol; kept apart, what they miss would be 400 MB
    private const uint Sleep = 20_000;
    private const long MemoryGrowthLimit = 64 * 1024 * 1024;

    private readonly string _file = Artifacts.PathOf("hot.flv");
    private ServerProcess _server = null!;

    public async Task InitializeAsync()
    {
        // Noise, because that costs bytes: 5 Mbit/s, a key frame every second.
        await using ChildProcess encoder = Ffmpeg.Start(
        [
            "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=4,noise=alls=60:allf=t",
            "-f", "lavfi", "-i", "sine=duration=4:sample_rate=44100",
            "-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-sc_threshold", "0", "-pix_fmt", "yuv420p",
            "-b:v", "5M", "-minrate", "5M", "-maxrate", "5M", "-bufsize", "5M", "-c:a", "aac", "-f", "flv", _file,
        ]);
        Assert.True(await encoder.WaitForExitAsync(Waiting.Limit) == 0, encoder.Tail());
        _server = await ServerProcess.StartAsync("slow-players", "--Hls:Enabled=false");
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        File.Delete(_file);
    }

    [Fact]
    public async Task They_cost_bounded_memory_go_on_at_a_key_frame_and_others_miss_nothing()
    {
        await using ChildProcess publisher = Ffmpeg.PublishLoop(_file, _server.RtmpUrl(Stream));
        await _server.WaitForStreamAsync(Stream);
        await using var steady = Viewer.Open(Protocol.Rtmp, _server, Stream);
        await steady.FirstAsync(frame => frame.IsPicture, "picture"); // from here on all others begin at a key frame that it got, too
        await using var steadyFlv = Viewer.Open(Protocol.HttpFlv, _server, Stream);
        Viewer[] sleepers = [.. Enumerable.Range(0, 2 * Sleepers).Select(i => Viewer.Open(i % 2 == 0 ? Protocol.Rtmp : Protocol.HttpFlv, _server, Stream))];
        try
        {
            await Task.WhenAll(sleepers.Select(sleeper => sleeper.FirstAsync(frame => frame.IsPicture, "picture")));
            ReceivedFrame asleep = steady.Frames[^1];
            Array.ForEach(sleepers, sleeper => sleeper.Pause());

            await steady.FirstAsync(frame => frame.Timestamp > asleep.Timestamp + 2_000, "2 s after they fell asleep"); // what connections cost is there by then
            long before = _server.ResidentBytes;
            await steady.FirstAsync(frame => frame.Timestamp > asleep.Timestamp + Sleep, "20 s after they fell asleep");
            long after = _server.ResidentBytes;
            output.WriteLine($"{sleepers.Length} players stand still: {before >> 20} MiB resident at first, {after >> 20} MiB after 20 s");
            Assert.True(after - before < MemoryGrowthLimit, $"grew from {before >> 20} to {after >> 20} MiB");

            uint awake = steady.Frames[^1].Timestamp;
            Array.ForEach(sleepers, sleeper => sleeper.Resume());
            await Task.WhenAll(sleepers.Append(steady).Append(steadyFlv).Select(
                viewer => viewer.FirstAsync(frame => frame.IsKeyFrame && frame.Timestamp > awake + 1_000, "key frame after they woke up")));
            publisher.RequestEnd();
            await Task.WhenAll(sleepers.Append(steady).Append(steadyFlv).Select(viewer => viewer.WaitForEndAsync()));

            ReceivedFrame[] published = Media(steady);
            ReceivedFrame.AssertLoop(Sample.Read(_file), published);
            Assert.Equal(published[IndexIn(published, Media(steadyFlv)[0])..].Select(frame => frame.Timestamp), Media(steadyFlv).Select(frame => frame.Timestamp));
            Assert.All(sleepers, sleeper => AssertGoesOnAtKeyFrames(sleeper, published));
            await AssertAddsUpAsync([steady, steadyFlv, .. sleepers], published);
        }
        finally
        {
            await Task.WhenAll(sleepers.Select(sleeper => sleeper.DisposeAsync().AsTask()));
        }
    }

    private static ReceivedFrame[] Media(Viewer viewer) => [.. viewer.Frames.Where(frame => frame.IsPicture || frame.IsSound)];

    /// <summary>Got in order and at most once what was published, and after each gap in the pictures a key frame comes first.</summary>
    private static void AssertGoesOnAtKeyFrames(Viewer sleeper, ReceivedFrame[] published)
    {
        int gaps = 0;
        int next = -1;
        bool isPictureMissing = true;
        foreach (ReceivedFrame frame in Media(sleeper))
        {
            int at = IndexIn(published, frame, next + 1);
            Assert.True(at >= 0, $"{sleeper} got {frame} twice, or after a younger one");
            bool isGap = next >= 0 && published[(next + 1)..at].Any(skipped => skipped.IsPicture);
            gaps += isGap ? 1 : 0;
            isPictureMissing |= isGap;
            Assert.True(!isPictureMissing || !frame.IsPicture || frame.IsKeyFrame, $"{sleeper} went on with {frame}");
            isPictureMissing &= !frame.IsPicture;
            next = at;
        }

        Assert.True(gaps > 0, $"{sleeper} lost nothing: it cannot have stood still");
        Assert.Equal(published.Length - 1, next);
    }

    /// <summary>Delivered and dropped together are what the log had for each viewer, from where it joined to the end; and nothing is held any more.</summary>
    private async Task AssertAddsUpAsync(Viewer[] viewers, ReceivedFrame[] published)
    {
        MetricsReading metrics = await _server.ReadMetricsAsync();
        output.WriteLine($"dropped: {string.Join(", ", metrics.NonZero("mediaserver_frames_dropped_total").Select(series => $"{series.Key} {series.Value}"))}");
        Assert.True(metrics.Sum("mediaserver_frames_dropped_total", "reason=\"overrun\"") > 0, metrics.ToString());

        int media = viewers.Sum(viewer => Media(viewer).Length);
        int configuration = viewers.Sum(viewer => viewer.Frames.Count(frame => frame.IsConfiguration || frame.IsMetadata));
        double injected = metrics.Sum("mediaserver_frames_injected_total");
        double delivered = metrics.Sum("mediaserver_frames_delivered_total");
        Assert.Equal(media + configuration, delivered + injected);

        // Configuration that was not injected stood in the log itself, and counts like every frame of it.
        double passed = viewers.Sum(viewer => published.Length - IndexIn(published, Media(viewer)[0])) + (configuration - injected);
        Assert.Equal(passed, delivered + metrics.Sum("mediaserver_frames_dropped_total"));

        await Waiting.UntilAsync(
            async () => (metrics = await _server.ReadMetricsAsync()).Sum("mediaserver_slabs_outstanding") == 0,
            () => $"memory is still held, though nobody publishes or plays:\n{metrics}");
        Assert.Equal(0, metrics.Sum("mediaserver_over_releases_total"));
    }

    private static int IndexIn(ReceivedFrame[] published, ReceivedFrame frame, int from = 0) =>
        Array.FindIndex(published, from, candidate => candidate.Timestamp == frame.Timestamp && candidate.HasSameBody(frame));
}

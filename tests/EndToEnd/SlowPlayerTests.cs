using MediaServer.EndToEnd.Harness;
using Xunit.Abstractions;

namespace MediaServer.EndToEnd;

/// <summary>Half of many players stop reading for some seconds while the others watch.</summary>
public sealed class SlowPlayerTests(HotStream hot, ITestOutputHelper output) : IClassFixture<HotStream>, IAsyncLifetime
{
    private const string Stream = "hot";
    private const int RtmpPlayers = 200;
    private const int HttpPlayers = 20; // and as many over WebSocket
    private const uint Sleep = 6_000;
    private const long MemoryGrowthLimit = 32 * 1024 * 1024; // the half that sleeps misses 150 MB; the collector's mood is in it
    private const int SlabLimit = 64;                        // of 64 KiB: 3 s of the stream are 10, which all players share

    private ServerProcess _server = null!;

    public async Task InitializeAsync() => _server = await ServerProcess.StartAsync("slow-players", "--Hls:Enabled=false", "--Hub:LagTime=00:00:02");

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task They_cost_bounded_memory_go_on_at_a_key_frame_and_others_miss_nothing()
    {
        await using ChildProcess publisher = Ffmpeg.PublishLoop(hot.Path, _server.RtmpUrl(Stream));
        await _server.WaitForStreamAsync(Stream);
        var viewers = new List<Viewer> { Viewer.Open(Protocol.Rtmp, _server, Stream) };
        try
        {
            await viewers[0].FirstAsync(frame => frame.IsPicture, "picture"); // from here on all others begin at a key frame that it got, too
            viewers.AddRange(Enumerable.Range(1, RtmpPlayers - 1).Select(_ => Viewer.Open(Protocol.Rtmp, _server, Stream)));
            viewers.AddRange(Enumerable.Range(0, HttpPlayers).Select(_ => Viewer.Open(Protocol.HttpFlv, _server, Stream)));
            viewers.AddRange(Enumerable.Range(0, HttpPlayers).Select(_ => Viewer.Open(new WebSocketViewer(_server, Stream))));
            Viewer[] steady = [.. viewers.Where((_, i) => i % 2 == 0)];
            Viewer[] sleepers = [.. viewers.Where((_, i) => i % 2 == 1)];
            await Task.WhenAll(viewers.Select(viewer => viewer.FirstAsync(frame => frame.IsPicture, "picture")));

            await SleepAsync(steady[0], sleepers);
            uint awake = steady[0].Frames[^1].Timestamp;
            await Task.WhenAll(viewers.Select(
                viewer => viewer.FirstAsync(frame => frame.IsKeyFrame && frame.Timestamp > awake + 1_000, "key frame after they woke up")));
            publisher.RequestEnd();
            await Task.WhenAll(viewers.Select(viewer => viewer.WaitForEndAsync()));

            ReceivedFrame[] published = Media(steady[0]);
            ReceivedFrame.AssertLoop(Sample.Read(hot.Path), published);
            Assert.All(steady, viewer => AssertMissesNothing(viewer, published));
            Assert.All(sleepers, viewer => AssertGoesOnAtKeyFrames(viewer, published));
            await AssertAddsUpAsync(viewers, published);
        }
        finally
        {
            await Task.WhenAll(viewers.Select(viewer => viewer.DisposeAsync().AsTask()));
        }
    }

    private static ReceivedFrame[] Media(Viewer viewer) => [.. viewer.Frames.Where(frame => frame.IsPicture || frame.IsSound)];

    private async Task SleepAsync(Viewer steady, Viewer[] sleepers)
    {
        uint asleep = steady.Frames[^1].Timestamp;
        await steady.FirstAsync(frame => frame.Timestamp > asleep + 1_000, "a second in which all play"); // what connections cost is there by then
        long before = _server.ResidentBytes;
        asleep = steady.Frames[^1].Timestamp;
        Array.ForEach(sleepers, sleeper => sleeper.Pause());
        await steady.FirstAsync(frame => frame.Timestamp > asleep + Sleep, "sound of the time after they fell asleep");
        long after = _server.ResidentBytes;
        double slabs = (await _server.ReadMetricsAsync()).Sum("mediaserver_slabs_outstanding");
        Array.ForEach(sleepers, sleeper => sleeper.Resume());

        output.WriteLine($"{sleepers.Length} players stand still: {before >> 20} MiB resident before, {after >> 20} MiB then, {slabs} slabs held");
        Assert.True(after - before < MemoryGrowthLimit, $"grew from {before >> 20} to {after >> 20} MiB");
        Assert.InRange(slabs, 1, SlabLimit);
    }

    private static void AssertMissesNothing(Viewer viewer, ReceivedFrame[] published)
    {
        ReceivedFrame[] received = Media(viewer);
        int joined = IndexIn(published, received[0]);
        Assert.True(joined >= 0, $"{viewer} began with {received[0]}, which was not published");
        Assert.Equal(published[joined..].Select(frame => frame.Timestamp), received.Select(frame => frame.Timestamp));
        Assert.All(published[joined..].Zip(received), pair => Assert.True(pair.First.HasSameBody(pair.Second), $"{pair.Second} instead of {pair.First}"));
    }

    /// <summary>
    /// Got in order and at most once what was published; and where a picture is missing that others refer to, a key frame is the next. It has
    /// missed some, and comes to the end.
    /// </summary>
    private static void AssertGoesOnAtKeyFrames(Viewer sleeper, ReceivedFrame[] published)
    {
        int gaps = 0;
        int next = -1;
        bool isPictureMissing = true;
        foreach (ReceivedFrame frame in Media(sleeper))
        {
            int at = IndexIn(published, frame, next + 1);
            Assert.True(at >= 0, $"{sleeper} got {frame} twice, or after a younger one");
            bool isGap = next >= 0 && published[(next + 1)..at].Any(skipped => skipped is { IsPicture: true, IsDisposable: false });
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
    private async Task AssertAddsUpAsync(List<Viewer> viewers, ReceivedFrame[] published)
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

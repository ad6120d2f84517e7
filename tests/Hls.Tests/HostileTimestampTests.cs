namespace MediaServer.Hls.Tests;

/// <summary>Timestamps that lie. Every playlist on the way is linted by <see cref="StreamRun"/>: no segment is longer than the target.</summary>
public class HostileTimestampTests
{
    private const int Frames = 3_000;
    private const long Hour = 3_600_000;
    private const long Day = 24 * Hour;

    public static TheoryData<string> Patterns => [.. Clocks.Keys];

    private static Dictionary<string, Func<int, Random, long>> Clocks { get; } = new()
    {
        ["all equal"] = (_, _) => 1000,
        ["an hour ahead, once"] = (i, _) => (i * 40) + (i > 1000 ? Hour : 0),
        ["ten days ahead, once"] = (i, _) => (i * 40) + (i > 1000 ? 10 * Day : 0),
        ["an hour back, once"] = (i, _) => (i * 40) + (i < 1000 ? Hour : 0),
        ["a day ahead with each frame"] = (i, _) => i * Day,
        ["zigzag of an hour"] = (i, _) => (i * 40) + (i % 2 * Hour),
        ["zigzag of five seconds"] = (i, _) => (i * 40) + (i % 2 * 5000),
        ["pauses of 2.9 s"] = (i, _) => i * 2900L,
        ["pauses of 12 s"] = (i, _) => (i * 40) + (i / 100 * 12_000L),
        ["random in a day"] = (_, random) => random.NextInt64(Day),
        ["random steps"] = (i, random) => (i * 40) + random.NextInt64(8000),
        ["a tick a frame"] = (i, _) => i,
    };

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Both_tracks_lie_alike(string pattern) => Publish(pattern, videoLies: true, audioLies: true);

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Only_video_lies(string pattern) => Publish(pattern, videoLies: true, audioLies: false);

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Only_audio_lies(string pattern) => Publish(pattern, videoLies: false, audioLies: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void After_a_common_jump_both_tracks_go_on_together(bool isAudioFirst)
    {
        using StreamRun run = SegmenterTests.Configured();
        SegmenterTests.PublishBoth(run, 0, 11_000, groupMilliseconds: 2_000);
        if (isAudioFirst)
        {
            run.Audio(Hour - 20);
        }

        SegmenterTests.PublishBoth(run, Hour, Hour + 9_000, groupMilliseconds: 2_000);

        Assert.Equal(1, run.Counters.Discontinuities);
        ParsedPlaylist.Entry broken = Assert.Single(run.Playlist("video").Segments, segment => segment.IsDiscontinuous);
        Assert.InRange(run.FragmentOf(broken.Uri).BaseTime / 90_000.0, 3600, 3600.001);
        Assert.InRange(run.FragmentOf($"audio_{broken.Number}.m4s").BaseTime / 44_100.0, 3599.97, 3600.024);
        Assert.True(run.Playlist("video").IsIndependent);
    }

    private static void Publish(string pattern, bool videoLies, bool audioLies)
    {
        const long MaxBytes = 16L << 20;
        using var run = new StreamRun(new HlsOptions { MaxBytes = MaxBytes });
        run.Configure("bframes.flv");
        var random = new Random(1);
        long video = 0;
        long audio = 0;
        for (int i = 0; i < Frames; i++)
        {
            long lie = Clocks[pattern](i, random);
            video = Math.Max(video, videoLies ? lie : i * 40); // as the timeline does: never back within a track
            audio = Math.Max(audio, audioLies ? lie : i * 40);
            run.Video(video, isKey: i % 50 == 0, bytes: 300);
            run.Audio(audio, bytes: 100);
            run.Time.Advance(TimeSpan.FromMilliseconds(40));
            Assert.InRange(run.HeldBytes, 0, MaxBytes * 3 / 2);
        }

        run.End();
        int segments = run.Files.Keys.Count(name => name.EndsWith(".m4s", StringComparison.Ordinal));
        Assert.InRange(segments, 2, Frames * 2 / 3); // pauses make hours of two minutes: still never one a frame
    }
}

namespace MediaServer.EndToEnd.Harness;

/// <summary>A file of 4 s to be published in a loop: 200 kB a second, so that kernels cannot hide for long what a player does not read.</summary>
public sealed class HotStream : IAsyncLifetime
{
    /// <summary>Where it is.</summary>
    public string Path { get; } = Artifacts.PathOf($"hot-{Guid.NewGuid():N}.flv");

    public async Task InitializeAsync()
    {
        // Noise, because that costs bytes; a key frame every second, and two pictures of three that none refers to.
        await using ChildProcess encoder = Ffmpeg.Start(
        [
            "-f", "lavfi", "-i", "testsrc2=size=256x144:rate=15:duration=4,noise=alls=60:allf=t",
            "-f", "lavfi", "-i", "sine=duration=4:sample_rate=22050",
            "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-b_strategy", "0", "-g", "15", "-sc_threshold", "0", "-pix_fmt", "yuv420p",
            "-b:v", "1600k", "-minrate", "1600k", "-maxrate", "1600k", "-bufsize", "800k", "-c:a", "aac", "-f", "flv", Path,
        ]);
        Assert.True(await encoder.WaitForExitAsync(Waiting.Limit) == 0, encoder.Tail());
    }

    public Task DisposeAsync()
    {
        File.Delete(Path);
        return Task.CompletedTask;
    }
}

namespace MediaServer.EndToEnd.Harness;

/// <summary>A real client of enhanced RTMP, which Debian's ffmpeg is not: FFmpeg 8.1 in a Node package. See <c>EnhancedRtmp/client.mjs</c>.</summary>
internal static class EnhancedClient
{
    private static readonly string Script = Path.Combine(Artifacts.RepositoryRoot, "tests", "EndToEnd", "EnhancedRtmp", "client.mjs");

    /// <summary>Connects, and publishes a file at its own speed once a line was written to it.</summary>
    public static ChildProcess Publish(string file, string url) => Start("push", file, url);

    /// <summary>Reads a stream or a file to its end, and writes a line for each track and each packet.</summary>
    public static ChildProcess List(string source) => Start("list", source);

    /// <summary>Writes into a file what <see cref="Publish"/> would send.</summary>
    public static async Task<string> WriteAsync(string file)
    {
        string path = Artifacts.PathOf($"enhanced-{Path.GetFileName(file)}");
        await using ChildProcess writing = Start("remux", file, path);
        Assert.True(await writing.WaitForExitAsync(Waiting.Limit) == 0, writing.Tail());
        return path;
    }

    /// <summary>The lines of a <see cref="List"/> that has ended.</summary>
    public static async Task<string[]> ReadLinesAsync(ChildProcess listing, Func<string> explain)
    {
        int code = await listing.WaitForExitAsync(Waiting.Limit);
        Assert.True(code == 0, $"it ended with {code}. {listing.Tail()} {explain()}");
        return [.. listing.Output];
    }

    private static ChildProcess Start(params string[] arguments)
    {
        Assert.True(
            Directory.Exists(Path.Combine(Path.GetDirectoryName(Script)!, "node_modules")),
            $"node-av is missing: npm ci --ignore-scripts in {Path.GetDirectoryName(Script)} (./test.sh does it)");
        return ChildProcess.Start("node", [Script, .. arguments], "sudo apt-get install nodejs npm (./test.sh does it)");
    }
}

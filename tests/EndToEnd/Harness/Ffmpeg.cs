using System.Text.Json;

namespace MediaServer.EndToEnd.Harness;

/// <summary>The real ffmpeg and ffprobe: publishers, players and judges that know nothing of our code.</summary>
internal static class Ffmpeg
{
    private const string HowToInstall = "sudo apt-get install ffmpeg (./test.sh does it)";

    private static readonly string[] Quiet = ["-nostdin", "-hide_banner", "-nostats", "-v", "error"];

    /// <summary>Publishes a file at its own speed, once.</summary>
    public static ChildProcess Publish(string file, string url) => Start(["-re", "-i", file, "-c", "copy", "-f", "flv", url]);

    /// <summary>Publishes a file at its own speed, again and again, until it is ended.</summary>
    public static ChildProcess PublishLoop(string file, string url) =>
        Start(["-stream_loop", "-1", "-re", "-i", file, "-c", "copy", "-f", "flv", url]);

    /// <summary>Plays a stream to its end and decodes it; ends by itself then.</summary>
    public static ChildProcess Play(string url) => Start(["-i", url, "-f", "null", "-"]);

    /// <summary>Runs ffmpeg with arguments of the caller's own.</summary>
    public static ChildProcess Start(IEnumerable<string> arguments) => ChildProcess.Start("ffmpeg", [.. Quiet, .. arguments], HowToInstall);

    /// <summary>Decodes a stream or a file, and gives up at the first thing that is not perfect. See <see cref="AssertContentAsync"/>.</summary>
    public static ChildProcess Decode(string url, params string[] options) =>
        Start(["-xerror", "-err_detect", "explode", "-i", url, .. options, "-f", "null", "-"]);

    /// <summary>Waits for the end of <see cref="Decode"/>, and fails if a demuxer or decoder had anything to say.</summary>
    public static async Task AssertContentAsync(ChildProcess decoding, Func<string> explain)
    {
        int code = await decoding.WaitForExitAsync(Waiting.Limit);
        // What the null muxer says is about the frame rate that ffmpeg guessed for an output which nobody keeps.
        bool isContent = decoding.Errors.All(line => line.StartsWith("[null @", StringComparison.Ordinal));
        Assert.True(code == 0 && isContent, $"ffmpeg is not content (exit code {code}). {decoding.Tail()} {explain()}");
    }

    /// <summary>What ffprobe finds in a live stream or a file, a line for each track such as <c>h264 640x360</c> or <c>aac 44100</c>.</summary>
    public static async Task<string[]> ProbeAsync(string url)
    {
        await using ChildProcess ffprobe = ChildProcess.Start(
            "ffprobe", ["-hide_banner", "-v", "error", "-show_streams", "-of", "json", url], HowToInstall);
        int code = await ffprobe.WaitForExitAsync(Waiting.Limit);
        Assert.True(code == 0, $"ffprobe cannot read {url}. {ffprobe.Tail()}");
        using var answer = JsonDocument.Parse(string.Concat(ffprobe.Output));
        return [.. answer.RootElement.GetProperty("streams").EnumerateArray()
            .OrderByDescending(track => track.GetProperty("codec_type").GetString(), StringComparer.Ordinal).Select(Describe)];
    }

    private static string Describe(JsonElement track)
    {
        string kind = track.GetProperty("codec_type").GetString()!;
        string codec = track.TryGetProperty("codec_name", out JsonElement name) ? name.GetString()! : "unknown";
        return kind switch
        {
            "video" => $"{codec} {track.GetProperty("width")}x{track.GetProperty("height")}",
            "audio" => $"{codec} {track.GetProperty("sample_rate").GetString()}",
            _ => $"{codec} {kind}",
        };
    }
}

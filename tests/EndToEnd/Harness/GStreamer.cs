namespace MediaServer.EndToEnd.Harness;

/// <summary>GStreamer, whose two pairs of RTMP elements are two clients: <c>rtmpsink</c> and <c>rtmpsrc</c> use librtmp, the others their own code.</summary>
internal static class GStreamer
{
    private const string HowToInstall =
        "sudo apt-get install gstreamer1.0-tools gstreamer1.0-plugins-good gstreamer1.0-plugins-bad (./test.sh does it)";

    /// <summary>Publishes a file of video and audio at its own speed, once.</summary>
    public static ChildProcess Publish(string sink, string file, string url) => Start(
    [
        "-e", "filesrc", $"location={file}", "!", "flvdemux", "name=file", "flvmux", "name=stream", "streamable=true", "!", sink, $"location={url}",
        "file.video", "!", "queue", "!", "h264parse", "!", "identity", "sync=true", "!", "stream.video",
        "file.audio", "!", "queue", "!", "aacparse", "!", "identity", "sync=true", "!", "stream.audio",
    ]);

    /// <summary>Plays a stream into an FLV file, to its end.</summary>
    public static ChildProcess Record(string source, string url, string file) =>
        Start([source, source == "rtmpsrc" ? $"location={url} live=1" : $"location={url}", "!", "filesink", $"location={file}"]);

    private static ChildProcess Start(IEnumerable<string> arguments) => ChildProcess.Start("gst-launch-1.0", ["-q", .. arguments], HowToInstall);
}

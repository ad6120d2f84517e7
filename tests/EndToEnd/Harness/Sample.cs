using System.Buffers;
using MediaServer.Media;

namespace MediaServer.EndToEnd.Harness;

/// <summary>The files of <c>sample-streams/</c>, by their names without <c>.flv</c>: ffmpeg cuts that off a stream's name, too.</summary>
internal static class Sample
{
    public const string BFrames = "bframes";
    public const string OpenGop = "open-gop";
    public const string IntraRefresh = "intra-refresh";
    public const string VideoOnly = "video-only";
    public const string AudioOnly = "audio-only";
    public const string ResolutionChange = "resolution-change";
    public const string LongGop = "long-gop";

    public static string PathOf(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "sample-streams", $"{name}.flv");
        Assert.True(File.Exists(path), $"There is no {path}: sample-streams/make-samples.sh makes it.");
        return path;
    }

    /// <summary>The files of <c>sample-streams/enhanced/</c>, which FFmpeg 8.1 wrote.</summary>
    public static string PathOfEnhanced(string name) => Path.Combine(Artifacts.RepositoryRoot, "sample-streams", "enhanced", $"{name}.flv");

    /// <summary>The file's tags, timestamps as they stand in it.</summary>
    public static IReadOnlyList<ReceivedFrame> Read(string path)
    {
        var reader = new FlvReader();
        var bytes = new ReadOnlySequence<byte>(File.ReadAllBytes(path));
        var frames = new List<ReceivedFrame>();
        while (reader.Read(ref bytes, out FlvTag tag) == OperationStatus.Done)
        {
            frames.Add(new ReceivedFrame(tag.Kind, tag.Timestamp, tag.Body.ToArray(), TimeSpan.Zero));
        }

        return frames;
    }
}

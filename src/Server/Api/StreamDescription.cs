using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Server.Metrics;
using MediaServer.Server.Streams;

namespace MediaServer.Server.Api;

/// <summary>Puts what is known about a stream into the API's words.</summary>
internal static class StreamDescription
{
    public static StreamAnswer Describe(StreamTopic topic, StreamRate rate, int hlsViewers, DateTimeOffset now)
    {
        TopicStatistics statistics = topic.GetStatistics();
        StreamConfiguration configuration = topic.Configuration;
        bool hasGop = statistics.GopFrames > 0;
        return new StreamAnswer(
            topic.Key.App,
            topic.Key.Stream,
            LabelWord.Of(topic.State),
            topic.StartedAt,
            Math.Max(0, (now - topic.StartedAt).TotalSeconds),
            (long)rate.BitsPerSecond,
            Math.Round(rate.VideoFramesPerSecond, 2),
            hasGop ? statistics.GopFrames : null,
            hasGop ? statistics.GopDuration.TotalSeconds : null,
            statistics.Traffic.FramesIn.Video > 0 ? TrackDescription.DescribeVideo(configuration.Video) : null,
            statistics.Traffic.FramesIn.Audio > 0 ? TrackDescription.DescribeAudio(configuration.Audio) : null,
            new Dictionary<string, int>(statistics.Subscribers) { [HlsAudience.Kind] = hlsViewers }, // its one subscriber is the segmenter
            Enum.GetValues<TimelineFault>()
                .Where(fault => topic.TimelineFaults[fault] > 0)
                .ToDictionary(LabelWord.Of, fault => topic.TimelineFaults[fault]));
    }
}

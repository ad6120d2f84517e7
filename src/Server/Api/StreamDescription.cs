using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Server.Metrics;
using MediaServer.Server.Streams;

namespace MediaServer.Server.Api;

/// <summary>Puts what is known about a stream into the API's words.</summary>
internal static class StreamDescription
{
    public static StreamAnswer Describe(StreamSnapshot stream, StreamRate rate, int hlsViewers, DateTimeOffset now)
    {
        (StreamTopic topic, TopicStatistics statistics) = stream;
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
                .ToDictionary(LabelWord.Of, fault => topic.TimelineFaults[fault]),
            DeliveryDescription.Describe(statistics.Traffic.FramesIn),
            DeliveryDescription.Describe(statistics.Traffic.BytesIn),
            statistics.Subscribers,
            statistics.States.ToDictionary(state => LabelWord.Of(state.Key), state => state.Value),
            new FillAnswer(stream.Fill.Max, stream.Fill.Mean),
            Describe(stream.Lag),
            DeliveryDescription.Describe(statistics.Traffic.FlushDelays),
            DeliveryDescription.Describe(stream.Delivery));
    }

    private static LagsAnswer Describe(LagSummary lag) => new(
        new LagAnswer(lag.Frames.Max, lag.Bytes.Max, lag.Seconds.Max),
        new LagAnswer(lag.Frames.Mean, lag.Bytes.Mean, lag.Seconds.Mean));
}

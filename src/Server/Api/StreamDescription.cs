using MediaServer.Hub;
using MediaServer.Media;
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
            topic.StartedAt,
            Math.Max(0, (now - topic.StartedAt).TotalSeconds),
            (long)rate.BitsPerSecond,
            Math.Round(rate.VideoFramesPerSecond, 2),
            hasGop ? statistics.GopFrames : null,
            hasGop ? statistics.GopDuration.TotalSeconds : null,
            statistics.Traffic.FramesIn.Video > 0 ? DescribeVideo(configuration.Video) : null,
            statistics.Traffic.FramesIn.Audio > 0 ? DescribeAudio(configuration.Audio) : null,
            new Dictionary<string, int>(statistics.Subscribers) { [HlsAudience.Kind] = hlsViewers }); // its one subscriber is the segmenter
    }

    private static VideoAnswer DescribeVideo(MediaFrame? header) =>
        header is not null && AvcConfiguration.TryParse(ReadRecord(header), out AvcConfiguration? avc)
            ? new VideoAnswer("H.264", avc.CodecString, avc.Sequence.Width, avc.Sequence.Height)
            : new VideoAnswer("unknown", null, null, null);

    private static AudioAnswer DescribeAudio(MediaFrame? header) =>
        header is not null && AudioSpecificConfig.TryParse(ReadRecord(header), out AudioSpecificConfig? aac)
            ? new AudioAnswer(aac.HasSpectralBandReplication ? "HE-AAC" : "AAC", aac.CodecString, aac.OutputSampleRate, aac.Channels)
            : new AudioAnswer("unknown", null, null, null);

    private static byte[] ReadRecord(MediaFrame header)
    {
        byte[] record = new byte[header.LengthBytes - header.DataOffset];
        header.CopyTo(record, header.DataOffset);
        return record;
    }
}

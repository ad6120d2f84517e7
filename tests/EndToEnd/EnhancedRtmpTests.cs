using MediaServer.EndToEnd.Harness;
using MediaServer.Media;

namespace MediaServer.EndToEnd;

/// <summary>Codecs named by FourCC, HDR and several tracks: published and read back by FFmpeg 8.1.</summary>
public sealed class EnhancedRtmpTests(EnhancedRtmpTests.Broadcasts broadcasts) : IClassFixture<EnhancedRtmpTests.Broadcasts>
{
    public static TheoryData<string, Protocol> All
    {
        get
        {
            var all = new TheoryData<string, Protocol>();
            foreach (string sample in Broadcasts.Samples)
            {
                all.Add(sample, Protocol.Rtmp);
                all.Add(sample, Protocol.HttpFlv);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Every_byte_and_every_timestamp_reaches_a_player(string sample, Protocol protocol)
    {
        Broadcast broadcast = await broadcasts.GetAsync(sample);
        Viewer viewer = broadcast.Viewers[protocol];
        await viewer.WaitForEndAsync();
        ReceivedFrame[] sent = [.. Sample.Read(broadcast.Written).Where(IsMedia)];
        ReceivedFrame[] received = [.. viewer.Frames.Where(IsMedia)];
        Assert.Equal(sent.Length, received.Length);
        foreach (MediaKind kind in new[] { MediaKind.Video, MediaKind.Audio })
        {
            Assert.All(
                sent.Where(frame => frame.Kind == kind).Zip(received.Where(frame => frame.Kind == kind)),
                pair => Assert.True(
                    pair.First.HasSameBody(pair.Second) && pair.First.Timestamp == pair.Second.Timestamp, $"{pair.Second} instead of {pair.First}"));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Ffmpeg_8_reads_back_the_packets_that_it_published(string sample, Protocol protocol)
    {
        Broadcast broadcast = await broadcasts.GetAsync(sample);
        string[] received = await EnhancedClient.ReadLinesAsync(broadcast.Readers[protocol], broadcasts.Server.Tail);
        await using ChildProcess listing = EnhancedClient.List(broadcast.Written);
        string[] sent = await EnhancedClient.ReadLinesAsync(listing, () => "");
        Assert.True(sent.Length > 10, "the sample is empty");
        Assert.Equal(sent.Order(StringComparer.Ordinal), received.Order(StringComparer.Ordinal)); // tracks may be interleaved otherwise
    }

    // The beginning of a multitrack body is the server's to write again for each track; the reader above takes it apart.
    private static bool IsMedia(ReceivedFrame frame) => frame.IsPicture || frame.IsSound;

    /// <param name="Written">What the publisher sends, written into a file.</param>
    /// <param name="Viewers">Players of ours, from the first frame on.</param>
    /// <param name="Readers">Players with FFmpeg 8.1, from the first frame on.</param>
    internal sealed record Broadcast(string Written, Dictionary<Protocol, Viewer> Viewers, Dictionary<Protocol, ChildProcess> Readers);

    /// <summary>The samples published at once.</summary>
    public sealed class Broadcasts() : ServerFixture("enhanced-rtmp")
    {
        private readonly Dictionary<string, Task<Broadcast>> _running = [];

        internal static string[] Samples { get; } = ["hevc-aac", "hevc-hdr-ac3", "av1-opus", "vp9-flac", "h264-eac3", "multitrack"];

        internal Task<Broadcast> GetAsync(string sample) => _running[sample];

        protected override async Task PrepareAsync()
        {
            foreach (string sample in Samples)
            {
                _running[sample] = BroadcastAsync(sample);
                await _running[sample]; // one after the other: twenty processes at once would only wait for each other
            }
        }

        private async Task<Broadcast> BroadcastAsync(string sample)
        {
            string file = Sample.PathOfEnhanced(sample);
            Task<string> writing = EnhancedClient.WriteAsync(file);
            ChildProcess publisher = Own(EnhancedClient.Publish(file, Server.RtmpUrl(sample)));
            await Server.WaitForStreamAsync(sample);
            Protocol[] protocols = Enum.GetValues<Protocol>();
            Dictionary<Protocol, Viewer> viewers = protocols.ToDictionary(protocol => protocol, protocol => Own(Viewer.Open(protocol, Server, sample)));
            Dictionary<Protocol, ChildProcess> readers = protocols.ToDictionary(
                protocol => protocol, protocol => Own(EnhancedClient.List($"{Server.UrlOf(protocol, sample)}?tracks=all")));
            await Waiting.UntilAsync(
                async () => await Server.CountViewersAsync(sample) == viewers.Count + readers.Count,
                () => $"not all watch {sample}. {readers[Protocol.Rtmp].Tail()} {readers[Protocol.HttpFlv].Tail()} {Server.Tail()}");
            publisher.WriteLine("go");
            return new Broadcast(await writing, viewers, readers);
        }
    }
}

using MediaServer.EndToEnd.Harness;
using MediaServer.Media;

namespace MediaServer.EndToEnd;

/// <summary>Players that join at a key frame which pictures of the GOP before are shown ahead of.</summary>
public sealed class OpenGopJoinTests(OpenGopJoinTests.OpenGop broadcast) : IClassFixture<OpenGopJoinTests.OpenGop>
{
    [Theory]
    [InlineData(Protocol.Rtmp)]
    [InlineData(Protocol.HttpFlv)]
    public async Task No_leading_picture_follows_the_first_key_frame(Protocol protocol)
    {
        Viewer viewer = broadcast.Late[protocol];
        ReceivedFrame key = await viewer.FirstAsync(frame => frame.IsPicture, "picture");
        Assert.True(key.IsKeyFrame, $"began with {key}");
        await viewer.FirstAsync(frame => frame.IsPicture && frame.Timestamp > key.Timestamp + 1_000, "second of pictures");

        ReceivedFrame[] published = [.. broadcast.Early.Frames.Where(frame => frame.IsPicture).SkipWhile(frame => !frame.HasSameBody(key))];
        Assert.Contains(published.Take(10), frame => frame.PresentationTime < key.PresentationTime); // or there was nothing to leave out

        ReceivedFrame[] received = [.. viewer.Frames.Where(frame => frame.IsPicture)];
        Assert.DoesNotContain(received, frame => frame.PresentationTime < key.PresentationTime);
        Assert.All(
            received.Zip(published.Where(frame => frame.PresentationTime >= key.PresentationTime)),
            pair => Assert.True(pair.First.HasSameBody(pair.Second), $"{pair.First} instead of {pair.Second}"));
    }

    [Theory]
    [InlineData(Protocol.Rtmp)]
    [InlineData(Protocol.HttpFlv)]
    public async Task Metadata_and_headers_come_first_the_headers_with_the_time_of_the_key_frame(Protocol protocol)
    {
        Viewer viewer = broadcast.Late[protocol];
        ReceivedFrame first = await viewer.FirstAsync(frame => frame.IsPicture || frame.IsSound, "media");
        ReceivedFrame[] before = [.. viewer.Frames.TakeWhile(frame => frame != first).Where(frame => frame.IsConfiguration || frame.IsMetadata)];
        Assert.Equal([MediaKind.Data, MediaKind.Video, MediaKind.Audio], before.Select(frame => frame.Kind));
        Assert.True(first.Timestamp > 0);
        Assert.Equal([0, first.Timestamp, first.Timestamp], before.Select(frame => frame.Timestamp)); // docs/adr/0003
    }

    public sealed class OpenGop() : ServerFixture("open-gop-join")
    {
        internal Viewer Early { get; private set; } = null!;

        internal IReadOnlyDictionary<Protocol, Viewer> Late { get; private set; } = null!;

        protected override async Task PrepareAsync()
        {
            const string Stream = "open-gop";
            Own(Ffmpeg.Publish(Sample.PathOf(Sample.OpenGop), Server.RtmpUrl(Stream)));
            await Server.WaitForStreamAsync(Stream);
            Early = Own(Viewer.Open(Protocol.Rtmp, Server, Stream));
            ReceivedFrame second = await Early.FirstAsync(frame => frame.IsKeyFrame && frame.Timestamp > 0, "second key frame");
            await Early.FirstAsync(frame => frame.IsPicture && frame.Timestamp > second.Timestamp + 500, "picture half a second after it");
            Late = Enum.GetValues<Protocol>().ToDictionary(protocol => protocol, protocol => Own(Viewer.Open(protocol, Server, Stream)));
        }
    }
}

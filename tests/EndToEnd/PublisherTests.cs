using MediaServer.EndToEnd.Harness;

namespace MediaServer.EndToEnd;

/// <summary>Publishers that come, are in each other's way, and go.</summary>
public sealed class PublisherTests(PublisherTests.Running running) : IClassFixture<PublisherTests.Running>
{
    private ServerProcess Server => running.Server;

    [Fact]
    public async Task A_second_publisher_is_refused_and_the_first_goes_on()
    {
        const string Stream = "contested";
        await using ChildProcess first = Ffmpeg.PublishLoop(Sample.PathOf(Sample.BFrames), Server.RtmpUrl(Stream));
        await Server.WaitForStreamAsync(Stream);
        await using var viewer = Viewer.Open(Protocol.Rtmp, Server, Stream);
        await viewer.FirstAsync(frame => frame.IsPicture, "picture");

        await using ChildProcess second = Ffmpeg.PublishLoop(Sample.PathOf(Sample.OpenGop), Server.RtmpUrl(Stream));
        Assert.NotEqual(0, await second.WaitForExitAsync(Waiting.Limit));
        int refusedAt = viewer.Frames.Count;
        await Server.WaitForLogAsync(line => line.Contains("may not publish live/contested", StringComparison.Ordinal), "that refuses the second publisher");

        await viewer.FirstAfterAsync(refusedAt, frame => frame.IsKeyFrame, "key frame after the refusal");
        Assert.False(first.Exited.IsCompleted, first.Tail());
        ReceivedFrame[] sent = [.. Sample.Read(Sample.PathOf(Sample.BFrames)).Where(frame => frame.IsPicture)];
        Assert.All(
            viewer.Frames.Where(frame => frame.IsPicture).Select((frame, index) => (frame, index)),
            picture => Assert.True(picture.frame.HasSameBody(sent[picture.index % sent.Length]), $"{picture.frame} is not the first publisher's"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_the_publisher_is_gone_players_end_by_themselves_and_the_name_is_free(bool isOrderly)
    {
        string stream = isOrderly ? "stopped" : "killed";
        await using ChildProcess publisher = Ffmpeg.PublishLoop(Sample.PathOf(Sample.BFrames), Server.RtmpUrl(stream));
        await Server.WaitForStreamAsync(stream);
        await using var rtmp = Viewer.Open(Protocol.Rtmp, Server, stream);
        await using var flv = Viewer.Open(Protocol.HttpFlv, Server, stream);
        await using ChildProcess rtmpPlayer = Ffmpeg.Play(Server.RtmpUrl(stream));
        await using ChildProcess flvPlayer = Ffmpeg.Play(Server.FlvUrl(stream));
        await running.WaitForViewersAsync(stream, 4);
        await rtmp.FirstAsync(frame => frame.IsKeyFrame, "key frame");

        if (isOrderly)
        {
            publisher.RequestEnd();
        }
        else
        {
            publisher.Kill();
        }

        Assert.Equal(0, await rtmpPlayer.WaitForExitAsync(Waiting.Limit));
        Assert.Equal(0, await flvPlayer.WaitForExitAsync(Waiting.Limit));
        await rtmp.WaitForEndAsync();
        await flv.WaitForEndAsync();
        Assert.True(((RtmpViewer)rtmp).WasToldOfTheEnd);
        await Server.WaitForStreamAsync(stream, isLive: false);

        await using ChildProcess again = Ffmpeg.PublishLoop(Sample.PathOf(Sample.BFrames), Server.RtmpUrl(stream));
        await Server.WaitForStreamAsync(stream);
        await using var viewer = Viewer.Open(Protocol.Rtmp, Server, stream);
        ReceivedFrame first = await viewer.FirstAsync(frame => frame.IsPicture, "picture of the new publisher");
        Assert.True(first.IsKeyFrame && first.Timestamp == 0, $"began with {first}");
    }

    public sealed class Running() : ServerFixture("publishers")
    {
        internal Task WaitForViewersAsync(string stream, int count) => Waiting.UntilAsync(
            async () => await Server.CountViewersAsync(stream) == count, () => $"live/{stream} has not {count} viewers. {Server.Tail()}");
    }
}

using MediaServer.EndToEnd.Harness;
using Xunit.Abstractions;

namespace MediaServer.EndToEnd;

/// <summary>Players that join 8 s into a GOP of 10 s.</summary>
public sealed class LateJoinTests(LateJoinTests.LongGop broadcast, ITestOutputHelper output) : IClassFixture<LateJoinTests.LongGop>
{
    /// <summary>Far above the 100 ms that it is to take: a busy machine must not fail the test. The time itself is reported.</summary>
    private static readonly TimeSpan FirstPictureLimit = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(Protocol.Rtmp)]
    [InlineData(Protocol.HttpFlv)]
    public async Task The_first_picture_is_the_key_frame_of_eight_seconds_ago_and_comes_at_once(Protocol protocol)
    {
        Viewer viewer = broadcast.Late[protocol];
        ReceivedFrame first = await viewer.FirstAsync(frame => frame.IsPicture, "picture");
        ReceivedFrame published = await broadcast.Early.FirstAsync(frame => frame.IsPicture, "picture");
        output.WriteLine($"{protocol}: the first picture came {first.Arrived.TotalMilliseconds:0.0} ms after the player began to connect");

        Assert.True(first.IsKeyFrame, $"began with {first}");
        Assert.True(first.HasSameBody(published), $"began with {first}");
        Assert.Equal(published.Timestamp, first.Timestamp);
        Assert.True(first.Arrived < FirstPictureLimit, $"the first picture took {first.Arrived}");
    }

    [Theory]
    [InlineData(Protocol.Rtmp)]
    [InlineData(Protocol.HttpFlv)]
    public async Task Nothing_is_missing_between_that_key_frame_and_live(Protocol protocol)
    {
        const uint WellBehindTheJoin = 9_000;
        Viewer viewer = broadcast.Late[protocol];
        ReceivedFrame last = await viewer.FirstAsync(frame => frame.IsPicture && frame.Timestamp > WellBehindTheJoin, "picture after the join");
        ReceivedFrame[] received = [.. viewer.Frames.TakeWhile(frame => frame != last).Where(frame => frame.IsPicture || frame.IsSound)];
        await broadcast.Early.FirstAsync(frame => frame.HasSameBody(last), "picture after the join");
        IEnumerable<ReceivedFrame> published = broadcast.Early.Frames.SkipWhile(frame => !frame.IsPicture).Where(frame => frame.IsPicture || frame.IsSound);

        Assert.All(received.Zip(published), pair => Assert.True(
            pair.First.HasSameBody(pair.Second) && pair.First.Timestamp == pair.Second.Timestamp, $"{pair.First} instead of {pair.Second}"));
    }

    public sealed class LongGop() : ServerFixture("late-join")
    {
        private const uint JoinAt = 8_000;

        internal Viewer Early { get; private set; } = null!;

        internal IReadOnlyDictionary<Protocol, Viewer> Late { get; private set; } = null!;

        protected override async Task PrepareAsync()
        {
            const string Stream = "long-gop";
            Own(Ffmpeg.Publish(Sample.PathOf(Sample.LongGop), Server.RtmpUrl(Stream)));
            await Server.WaitForStreamAsync(Stream);
            Early = Own(Viewer.Open(Protocol.Rtmp, Server, Stream));
            await Early.FirstAsync(frame => frame.IsPicture && frame.Timestamp >= JoinAt, $"picture at {JoinAt} ms");
            Late = Enum.GetValues<Protocol>().ToDictionary(protocol => protocol, protocol => Own(Viewer.Open(protocol, Server, Stream)));
        }
    }
}

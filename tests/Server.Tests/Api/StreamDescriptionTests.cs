using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Server.Api;
using MediaServer.Server.Metrics;
using MediaServer.TestKit;

namespace MediaServer.Server.Tests.Api;

public class StreamDescriptionTests
{
    [Fact]
    public void A_stream_says_whether_it_waits_for_its_publisher_and_what_was_wrong_with_its_timestamps()
    {
        var time = new ManualTimeProvider();
        var hub = new StreamHub(new HubOptions(), time);
        Assert.True(StreamKey.TryParse("live/show", out StreamKey key, out _));
        Publication publication = hub.TryPublish(key, out _)!;
        StreamAnswer live = StreamDescription.Describe(StreamSnapshot.Take(publication.Topic), default, 0, time.GetUtcNow());

        var timeline = new Timeline(time, faults: publication.Topic.TimelineFaults);
        timeline.Place(MediaKind.Audio, 0, 100_000, 0);
        timeline.Place(MediaKind.Audio, 0, 0, 0);
        publication.Suspend();
        StreamAnswer waiting = StreamDescription.Describe(StreamSnapshot.Take(publication.Topic), default, 0, time.GetUtcNow());

        Assert.Equal("live", live.State);
        Assert.Empty(live.TimelineFaults);
        Assert.Equal("waiting", waiting.State);
        Assert.Equal([KeyValuePair.Create("backward_jump", 1L)], waiting.TimelineFaults);
        Assert.Equal(1, hub.GetTotals().TimelineFaults[TimelineFault.BackwardJump]);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, hub.GetTotals().TimelineFaults[TimelineFault.BackwardJump]); // of ended streams, too
    }
}

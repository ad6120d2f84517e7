using MediaServer.Hub;
using MediaServer.Media;

namespace MediaServer.Hls.Tests;

/// <summary>Two publish sessions of one stream, through the hub into one segmenter.</summary>
public sealed class SpliceTests : IDisposable
{
    private readonly StreamRun _run = new();

    [Theory]
    [InlineData("bframes.flv", false, false, "video_init1.mp4")]          // the metadata is the first frame
    [InlineData("bframes.flv", true, false, "video_init1.mp4")]           // the sequence header is
    [InlineData("bframes.flv", true, true, "video_init1.mp4")]            // another track is, which HLS does not take
    [InlineData("resolution-change.flv", false, false, "video_init2.mp4")]
    public void A_resumed_stream_goes_on_with_one_discontinuity_and_a_new_init_segment_only_if_it_differs(
        string second, bool withoutMetadata, bool withOtherTrack, string expectedMap)
    {
        var hub = new StreamHub(new HubOptions(), _run.Time);
        StreamKey key = StreamRun.KeyOf("live/test");
        Publication lost = hub.TryPublish(key, out _)!;
        using Subscription subscription = lost.Topic.Subscribe(new SubscriptionOptions { Kind = "hls", Selection = HlsService.Selection });
        Publish(lost, _run.Publisher, "bframes.flv", withoutMetadata, subscription);
        int segments = _run.Playlist("video").Segments.Count;

        lost.Suspend();
        _run.Time.Advance(TimeSpan.FromSeconds(5));
        using Publication resumed = hub.TryPublish(key, out _)!;
        FrameTraits first = FrameTraits.Splice | FrameTraits.Discontinuity;
        if (withOtherTrack)
        {
            resumed.Publish(MediaFrame.CreateOwned(new FrameInfo { Kind = MediaKind.Audio, TrackId = 1, Dts = resumed.LastDts, Traits = first }, [0]));
            first = FrameTraits.None;
        }

        using (var publisher = new FlvPublisher(_run.Slabs, resumed.LastDts, first))
        {
            Publish(resumed, publisher, second, withoutMetadata, subscription, upTo: 3_000); // before it changes by itself
        }

        _run.End();

        Assert.Equal(1, _run.Counters.Discontinuities);
        foreach (string track in (string[])["video", "audio"])
        {
            List<ParsedPlaylist.Entry> entries = _run.Playlist(track).Segments;
            ParsedPlaylist.Entry broken = Assert.Single(entries, segment => segment.IsDiscontinuous);
            Assert.True(entries.IndexOf(broken) >= segments);
            Assert.Equal(TestKit.ManualTimeProvider.Start.AddSeconds(5), broken.Date!.Value, TimeSpan.FromMilliseconds(100));
            Fragment[] fragments = [.. entries.Select(segment => _run.FragmentOf(segment.Uri))];
            Assert.All(fragments.Skip(1).Zip(fragments), pair => Assert.True(pair.First.BaseTime >= pair.Second.EndTime, "time goes back"));
        }

        Assert.Equal(expectedMap, _run.Playlist("video").Segments[^1].Map);
        Assert.Equal("video_init1.mp4", _run.Playlist("video").Segments[0].Map);
    }

    public void Dispose() => _run.Dispose();

    private void Publish(
        Publication publication, FlvPublisher publisher, string sample, bool withoutMetadata, Subscription subscription, long upTo = long.MaxValue)
    {
        long begin = publication.LastDts;
        foreach (MediaFrame frame in publisher.Read(FlvPublisher.Sample(sample), withoutMetadata))
        {
            if (frame.Dts - begin > upTo)
            {
                frame.Release();
                continue;
            }

            publication.Publish(frame);
            while (subscription.TryRead(out MediaFrame? read))
            {
                _run.Publish(read, subscription.IsDiscontinuous);
            }
        }
    }
}

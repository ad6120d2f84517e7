using MediaServer.Media;

namespace MediaServer.Hub.Tests;

public sealed class SelectionTests : IDisposable
{
    private readonly TestStream _stream = new();

    [Fact]
    public void By_default_everything_comes()
    {
        using Subscription subscription = _stream.Subscribe();
        PublishEverything();

        Assert.Equal(_stream.Topic.Head, Received.AllOf(subscription).Count);
        Assert.Equal(new FrameSelection { AllTracks = true, TrackMetadata = true, Audio = true, Video = true }, subscription.Selection);
    }

    [Fact]
    public void Who_wants_one_track_gets_track_0_alone_and_the_rest_is_counted_as_filtered()
    {
        using Subscription subscription = Subscribe(new FrameSelection { AllTracks = false });
        PublishEverything();

        List<Received> received = Received.AllOf(subscription);

        Assert.NotEmpty(received);
        Assert.All(received, frame => Assert.Equal(0, frame.TrackId));
        Assert.Equal(_stream.Topic.Head - received.Count, subscription.Delivery.GetDropped(DropReason.Filtered).Total);
        Assert.Equal(subscription.Delivery.GetDropped(DropReason.Filtered), subscription.Delivery.Dropped);
    }

    [Fact]
    public void Who_wants_no_track_metadata_gets_none_neither_from_the_log_nor_injected()
    {
        using Subscription early = Subscribe(new FrameSelection { TrackMetadata = false });
        PublishEverything();
        using Subscription late = Subscribe(new FrameSelection { TrackMetadata = false });

        List<Received> received = [.. Received.AllOf(early), .. Received.AllOf(late)];

        Assert.DoesNotContain(received, frame => (frame.Traits & FrameTraits.TrackMetadata) != 0);
        Assert.Contains(received, frame => frame.TrackId == 1);
    }

    [Fact]
    public void Without_video_audio_and_its_configuration_come()
    {
        PublishEverything();
        using Subscription subscription = Subscribe(new FrameSelection { Video = false });
        _stream.Gop(2);

        List<Received> received = Received.AllOf(subscription);

        Assert.DoesNotContain(received, frame => frame.Kind == MediaKind.Video);
        Assert.Contains(received, frame => frame is { Kind: MediaKind.Audio, IsInjected: true });
        Assert.Contains(received, frame => frame is { Kind: MediaKind.Audio, IsInjected: false });
    }

    [Fact]
    public void Video_that_is_wanted_again_goes_on_at_a_key_frame_behind_the_configuration_that_changed_meanwhile()
    {
        using Subscription subscription = _stream.Subscribe();
        _stream.Headers();
        _stream.Gop(2);
        Received.AllOf(subscription);

        subscription.Selection = new FrameSelection { Video = false };
        _stream.VideoHeader(version: 2);
        _stream.Gop(2);
        Assert.All(Received.AllOf(subscription), frame => Assert.Equal(MediaKind.Audio, frame.Kind));

        subscription.Selection = default;
        _stream.Continue(2);
        long keyFrame = _stream.Gop(1);

        Received[] video = [.. Received.AllOf(subscription).Where(frame => frame.Kind == MediaKind.Video)];
        Assert.Equal([-1, keyFrame], video.Select(frame => frame.Offset));
        Assert.Equal(2, video[0].Mark);
    }

    [Fact]
    public void However_long_video_was_not_wanted_it_waits_for_a_key_frame_as_long_as_at_a_join()
    {
        using Subscription subscription = Subscribe(new FrameSelection { Video = false });
        _stream.Gop(2);
        _stream.Time.Advance(TimeSpan.FromMinutes(1));
        _stream.Video();
        Received.AllOf(subscription);

        subscription.Selection = default;
        _stream.Continue(10);

        Assert.DoesNotContain(Received.AllOf(subscription), frame => frame.Kind == MediaKind.Video);
        Assert.Equal(0, subscription.Delivery.NoKeyframeStarts);
    }

    [Fact]
    public void Other_tracks_that_are_wanted_again_do_not_interrupt_track_0()
    {
        using Subscription subscription = Subscribe(new FrameSelection { AllTracks = false });
        _stream.Gop(2);
        _stream.KeyFrame(track: 1);
        Received.AllOf(subscription);

        subscription.Selection = default;
        long next = _stream.Video();
        _stream.Video(track: 1);
        long key = _stream.KeyFrame(track: 1);

        Assert.Equal([next, key], Received.AllOf(subscription).Select(frame => frame.Offset));
    }

    [Fact]
    public void Configuration_comes_in_the_order_in_which_encoders_send_it()
    {
        _stream.AudioHeader(track: 1);
        _stream.TrackMetadata(MediaKind.Audio, track: 1);
        _stream.TrackMetadata(MediaKind.Audio);
        _stream.AudioHeader();
        _stream.VideoHeader(track: 1);
        _stream.VideoHeader();
        _stream.TrackMetadata(MediaKind.Video, track: 1);
        _stream.TrackMetadata(MediaKind.Video);
        _stream.Metadata();

        Assert.Equal(
            [
                (MediaKind.Data, 0, FrameTraits.Metadata),
                (MediaKind.Video, 0, FrameTraits.TrackMetadata), (MediaKind.Video, 0, FrameTraits.SequenceHeader),
                (MediaKind.Video, 1, FrameTraits.TrackMetadata), (MediaKind.Video, 1, FrameTraits.SequenceHeader),
                (MediaKind.Audio, 0, FrameTraits.SequenceHeader), (MediaKind.Audio, 0, FrameTraits.TrackMetadata),
                (MediaKind.Audio, 1, FrameTraits.SequenceHeader), (MediaKind.Audio, 1, FrameTraits.TrackMetadata),
            ],
            _stream.Topic.Configuration.Frames.Select(frame => (frame.Kind, (int)frame.TrackId, frame.Traits)));
    }

    public void Dispose() => _stream.Dispose();

    private Subscription Subscribe(FrameSelection selection) =>
        _stream.Topic.Subscribe(new SubscriptionOptions { Kind = "test", Selection = selection });

    private void PublishEverything()
    {
        _stream.Headers();
        _stream.TrackMetadata(MediaKind.Video);
        _stream.VideoHeader(track: 1);
        _stream.AudioHeader(track: 1);
        _stream.TrackMetadata(MediaKind.Audio, track: 1);
        _stream.KeyFrame();
        _stream.KeyFrame(track: 1);
        _stream.Audio();
        _stream.Audio(track: 1);
        _stream.Video();
        _stream.Video(track: 1);
    }
}

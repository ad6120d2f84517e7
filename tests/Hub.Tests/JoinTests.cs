using MediaServer.Media;

namespace MediaServer.Hub.Tests;

public sealed class JoinTests : IDisposable
{
    private readonly TestStream _stream = new();

    [Fact]
    public void A_newcomer_gets_metadata_and_headers_stamped_for_the_last_key_frame_and_then_that()
    {
        _stream.Headers();
        _stream.Gop(10);
        long keyFrame = _stream.Gop(5);
        using Subscription subscription = _stream.Subscribe();

        List<Received> received = Received.AllOf(subscription);

        Assert.Equal([MediaKind.Data, MediaKind.Video, MediaKind.Audio], received[..3].Select(frame => frame.Kind));
        Assert.All(received[..3], frame => Assert.True(frame.IsInjected && frame.Offset == -1));
        Assert.All(received[..3], frame => Assert.Equal(received[3].Dts, frame.Dts));
        Assert.Equal(keyFrame, received[3].Offset);
        Assert.Equal(10, received.Count - 3);
        Assert.Equal(keyFrame, subscription.Start);
        Assert.Equal(3, subscription.Delivery.Injected);
        Assert.Equal(new KindCounts(5, 5, 0), subscription.Delivery.Delivered);
    }

    [Fact]
    public void A_subscriber_from_the_beginning_gets_headers_once_and_in_their_place()
    {
        using Subscription subscription = _stream.Subscribe();
        _stream.Headers();
        _stream.Gop(3);

        List<Received> received = Received.AllOf(subscription);

        Assert.Equal(Enumerable.Range(0, 9).Select(offset => (long)offset), received.Select(frame => frame.Offset));
        Assert.Equal(0, subscription.Delivery.Injected);
    }

    [Fact]
    public void A_newcomer_gets_the_header_in_force_at_the_key_frame_even_if_a_newer_one_has_come()
    {
        _stream.Headers();
        _stream.Gop(3);
        long change = _stream.VideoHeader(version: 2);
        using Subscription subscription = _stream.Subscribe();
        _stream.KeyFrame();

        List<Received> received = Received.AllOf(subscription);

        Assert.Equal((true, 1), (received[1].IsInjected, received[1].Mark));
        Assert.Equal([2], received.Where(frame => frame.Offset == change).Select(frame => frame.Mark));
        Assert.Equal(3, subscription.Delivery.Injected);
    }

    [Fact]
    public void A_repeated_header_is_no_change_and_goes_out_like_any_frame()
    {
        _stream.Headers();
        StreamConfiguration before = _stream.Topic.Configuration;
        _stream.Gop(3);
        long repeated = _stream.VideoHeader();
        using Subscription subscription = _stream.Subscribe();

        List<Received> received = Received.AllOf(subscription);

        Assert.Same(before, _stream.Topic.Configuration);
        Assert.Equal(3, subscription.Delivery.Injected);
        Assert.Equal(repeated, received[^1].Offset);
    }

    [Fact]
    public void Pictures_that_lead_a_second_key_frame_pass_though_it_follows_the_first_at_once()
    {
        long keyFrame = _stream.KeyFrame();
        using Subscription subscription = _stream.Subscribe();
        long next = _stream.KeyFrame(composition: 60);
        long[] leading = [_stream.Video(), _stream.Video()];

        Assert.Equal([keyFrame, next, .. leading], Received.AllOf(subscription).Select(frame => frame.Offset));
    }

    [Fact]
    public void Leading_pictures_of_the_key_frame_joined_at_are_left_out_and_those_of_the_next_are_not()
    {
        _stream.Headers();
        _stream.Gop(3);
        long joined = _stream.KeyFrame(composition: 80);
        using Subscription late = _stream.Subscribe();
        long[] leading = [_stream.Video(composition: 0), _stream.Audio(), _stream.Video(composition: 0)];
        long trailing = _stream.Video(composition: 60);
        _stream.KeyFrame(composition: 60);
        long leadingOfNext = _stream.Video(composition: 0);

        List<Received> received = [.. Received.AllOf(late).Where(frame => !frame.IsInjected)];

        Assert.Equal(joined, late.Start);
        Assert.DoesNotContain(received, frame => frame.Offset == leading[0] || frame.Offset == leading[2]);
        Assert.Contains(received, frame => frame.Offset == leading[1]);
        Assert.Contains(received, frame => frame.Offset == trailing);
        Assert.Contains(received, frame => frame.Offset == leadingOfNext);
        Assert.Equal(new KindCounts(0, 2, 0), late.Delivery.GetDropped(DropReason.Leading));
    }

    [Fact]
    public void Joining_at_the_next_key_frame_gives_headers_and_audio_at_once_and_video_from_there()
    {
        _stream.Headers();
        _stream.Gop(3);
        using Subscription subscription = _stream.Subscribe(JoinMode.NextRandomAccessPoint);
        _stream.Continue(2);
        long keyFrame = _stream.Gop(2);

        List<Received> received = Received.AllOf(subscription);

        Assert.Equal(
            [MediaKind.Data, MediaKind.Video, MediaKind.Audio, MediaKind.Audio, MediaKind.Audio],
            received[..5].Select(frame => frame.Kind));
        Assert.Equal(keyFrame, received.First(frame => frame.Kind == MediaKind.Video && !frame.IsInjected).Offset);
        Assert.Equal(new KindCounts(0, 2, 0), subscription.Delivery.GetDropped(DropReason.UntilKeyframe));
    }

    [Fact]
    public void Joining_some_time_back_begins_at_the_oldest_key_frame_within_it()
    {
        using Subscription holdsTheLag = _stream.Subscribe();
        _stream.Headers();
        _stream.Gop(10);
        long wanted = _stream.Gop(10);
        _stream.Gop(10);

        using Subscription subscription = _stream.Subscribe(JoinMode.SomeTimeBack, TestStream.Interval * 45);
        using Subscription tooNear = _stream.Subscribe(JoinMode.SomeTimeBack, TestStream.Interval);

        Assert.Equal(wanted, subscription.Start);
        Assert.Equal(_stream.Topic.Head - 20, tooNear.Start);
        _ = Received.AllOf(holdsTheLag);
    }

    [Fact]
    public void Without_video_every_audio_frame_is_a_place_to_join()
    {
        _stream.Metadata();
        _stream.AudioHeader();
        for (int i = 0; i < 5; i++)
        {
            _stream.Audio();
        }

        using Subscription subscription = _stream.Subscribe();
        List<Received> received = Received.AllOf(subscription);

        Assert.Equal(_stream.Topic.Head - 1, subscription.Start);
        Assert.Equal([MediaKind.Data, MediaKind.Audio, MediaKind.Audio], received.Select(frame => frame.Kind));
    }

    [Fact]
    public void Audio_before_the_first_video_is_no_place_to_join_once_video_has_come()
    {
        _stream.Headers();
        _stream.Audio();
        _stream.Video();

        using Subscription subscription = _stream.Subscribe();

        Assert.Equal(_stream.Topic.Head, subscription.Start);
    }

    [Fact]
    public void Without_any_key_frame_headers_and_audio_come_at_once_and_video_after_ten_seconds()
    {
        _stream.Headers();
        _stream.Continue(5);
        using Subscription subscription = _stream.Subscribe();
        _stream.Continue(1);

        List<Received> atOnce = Received.AllOf(subscription);
        var later = new List<Received>();
        for (int i = 0; i < 300; i++)
        {
            _stream.Continue(1);
            later.AddRange(Received.AllOf(subscription));
        }

        Assert.Equal([MediaKind.Data, MediaKind.Video, MediaKind.Audio, MediaKind.Audio], atOnce.Select(frame => frame.Kind));
        Received firstVideo = later.First(frame => frame.Kind == MediaKind.Video);
        Assert.Equal(TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(firstVideo.Dts - atOnce[3].Dts) + TestStream.Interval);
        Assert.Equal(1, subscription.Delivery.NoKeyframeStarts);
        Assert.Equal(0, subscription.Delivery.GetDropped(DropReason.UntilKeyframe).Audio);
    }

    [Fact]
    public void A_second_video_track_begins_at_its_own_key_frame()
    {
        _stream.Headers();
        _stream.VideoHeader(version: 7, track: 1);
        _stream.KeyFrame(track: 1);
        long keyFrame = _stream.KeyFrame();
        long early = _stream.Video(track: 1);
        using Subscription subscription = _stream.Subscribe();
        long own = _stream.KeyFrame(track: 1);
        long after = _stream.Video(track: 1);

        List<Received> received = Received.AllOf(subscription);

        Assert.Equal(keyFrame, subscription.Start);
        Assert.Equal([1, 1, 7, 1], received[..4].Select(frame => frame.Mark));
        Assert.Equal([keyFrame, own, after], received[4..].Select(frame => frame.Offset));
        Assert.Equal(new KindCounts(0, 1, 0), subscription.Delivery.GetDropped(DropReason.UntilKeyframe));
        Assert.DoesNotContain(received, frame => frame.Offset == early);
    }

    public void Dispose() => _stream.Dispose();
}

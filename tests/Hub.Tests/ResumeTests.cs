using MediaServer.Media;

namespace MediaServer.Hub.Tests;

/// <summary>A publisher that is lost and comes back, and one that does not.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly TestStream _stream = new();

    [Fact]
    public void Subscribers_go_on_behind_the_splice_without_joining_again()
    {
        using Subscription subscription = _stream.Subscribe();
        _stream.Headers();
        _stream.Gop(2);
        StreamTopic topic = _stream.Topic;
        Assert.Equal((TopicState.Live, false, -1), (topic.State, _stream.Publication.IsResumed, _stream.Publication.LastDts));

        _stream.Publication.Suspend();
        Assert.Equal(7, Received.AllOf(subscription).Count);
        Assert.Equal((TopicState.Waiting, false), (topic.State, subscription.IsCompleted));
        _stream.Time.Advance(TimeSpan.FromSeconds(9.9));
        _stream.Resume();
        _stream.Headers();
        _stream.Gop(1);

        Assert.Same(topic, _stream.Topic);
        Assert.Equal((TopicState.Live, true, 60), (topic.State, _stream.Publication.IsResumed, _stream.Publication.LastDts));
        List<Received> received = Received.AllOf(subscription);
        Assert.Equal([7, 8, 9, 10, 11], received.Select(frame => frame.Offset)); // repeated headers, too, as any from the log
        Assert.Equal(FrameTraits.Metadata | FrameTraits.Splice | FrameTraits.Discontinuity, received[0].Traits);
        _stream.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TopicState.Live, topic.State);
        Assert.Equal(0, _stream.Time.ArmedTimers);
    }

    [Fact]
    public void A_stream_whose_publisher_does_not_come_back_ends_when_the_time_is_over()
    {
        using Subscription subscription = _stream.Subscribe();
        _stream.Gop(1);
        _stream.Publication.Suspend();

        _stream.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(TopicState.Ended, _stream.Topic.State);
        Assert.Equal(2, Received.AllOf(subscription).Count);
        Assert.True(subscription.IsCompleted);
        Assert.Empty(_stream.Hub.Topics);
        Assert.Equal(0, _stream.Time.ArmedTimers);
    }

    [Fact]
    public async Task A_reader_that_waits_is_woken_by_the_next_publisher()
    {
        using Subscription subscription = _stream.Subscribe();
        Task<bool> wait = subscription.WaitToReadAsync().AsTask();
        _stream.Publication.Suspend();
        Assert.False(wait.IsCompleted);

        _stream.Resume();
        _stream.KeyFrame();

        Assert.True(await wait.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Single(Received.AllOf(subscription));
    }

    [Fact]
    public void Who_joins_while_the_stream_waits_gets_the_last_group_of_pictures_and_then_what_comes()
    {
        _stream.Headers();
        long keyFrame = _stream.Gop(2);
        _stream.Publication.Suspend();

        using Subscription subscription = _stream.Subscribe();
        Assert.Equal([-1, -1, -1, keyFrame, 4, 5, 6], Received.AllOf(subscription).Select(frame => frame.Offset));
        Assert.False(subscription.IsCompleted);
        _stream.Resume();
        _stream.VideoHeader(version: 2);
        _stream.KeyFrame();

        Assert.Equal([7, 8], Received.AllOf(subscription).Select(frame => frame.Offset));
    }

    [Fact]
    public void Video_waits_for_a_key_frame_behind_the_splice_and_audio_does_not()
    {
        using Subscription subscription = _stream.Subscribe();
        _stream.Gop(2);
        Received.AllOf(subscription);
        _stream.Publication.Suspend();
        using Subscription atHead = _stream.Subscribe(JoinMode.NextRandomAccessPoint);
        _stream.Time.Advance(TimeSpan.FromSeconds(9.9)); // nearly as long as anybody waits for a key frame

        _stream.Resume();
        long audio = _stream.Audio();
        _stream.Continue(10);
        long keyFrame = _stream.KeyFrame();

        Assert.Equal(audio, Received.AllOf(subscription, atMost: 1)[0].Offset);
        foreach (Subscription reader in (Subscription[])[subscription, atHead])
        {
            Assert.Equal(keyFrame, Received.AllOf(reader).Last(frame => frame.Kind == MediaKind.Video).Offset);
            Assert.Equal((10, 0), (reader.Delivery.GetDropped(DropReason.UntilKeyframe).Video, reader.Delivery.NoKeyframeStarts));
        }
    }

    [Fact]
    public void A_break_whose_frame_is_left_out_is_told_with_the_next_one()
    {
        using Subscription all = _stream.Subscribe();
        using Subscription withoutAudio = _stream.Subscribe();
        withoutAudio.Selection = new FrameSelection { Audio = false };
        _stream.Headers();
        _stream.Gop(2);
        Subscription[] readers = [all, withoutAudio];
        Assert.All(readers, reader => Assert.DoesNotContain(true, BreaksOf(reader)));
        _stream.Publication.Suspend();

        _stream.Resume();
        _stream.Audio();
        _stream.KeyFrame();
        _stream.Video();

        Assert.Equal([true, false, false], BreaksOf(all));
        Assert.Equal([true, false], BreaksOf(withoutAudio));
        _stream.Publication.Suspend();

        _stream.Resume();
        _stream.Video(); // no key frame: left out by all
        _stream.KeyFrame();
        _stream.Video();

        Assert.All(readers, reader => Assert.Equal([true, false], BreaksOf(reader)));
        using Subscription newcomer = _stream.Subscribe();
        Assert.Equal([false, false], BreaksOf(newcomer)); // it has seen nothing of what was before
    }

    [Fact]
    public void A_break_among_frames_that_were_skipped_is_told_with_the_first_one_behind_them()
    {
        using var stream = new TestStream(new HubOptions { LagFrames = 40, BudgetFrames = 400 });
        using Subscription subscription = stream.Subscribe();
        stream.Gop(2);
        Assert.Equal([false, false, false, false], BreaksOf(subscription));
        stream.Publication.Suspend();
        stream.Resume();
        stream.Gop(30);
        stream.Gop(2);

        Assert.Equal([true, false, false, false], BreaksOf(subscription));
        Assert.Equal(1, subscription.Delivery.Overruns);
    }

    [Fact]
    public void A_track_that_does_not_come_back_is_not_announced_to_newcomers()
    {
        _stream.Headers();
        _stream.VideoHeader(track: 1);
        _stream.Gop(2);
        _stream.Publication.Suspend();
        using Subscription atSplice = _stream.Subscribe(JoinMode.NextRandomAccessPoint);
        Assert.Equal(4, _stream.Topic.Configuration.Frames.Count);

        _stream.Resume();
        _stream.AudioHeader(version: 2);
        _stream.Audio();

        Assert.Equal([MediaKind.Audio], _stream.Topic.Configuration.Frames.Select(frame => frame.Kind));
        Assert.Equal([(false, 2), (false, 9)], Received.AllOf(atSplice).Select(frame => (frame.IsInjected, frame.Mark)));
        using Subscription later = _stream.Subscribe();
        Assert.Equal([(true, 2), (false, 9)], Received.AllOf(later).Select(frame => (frame.IsInjected, frame.Mark)));
    }

    [Fact]
    public void Where_one_can_join_is_decided_anew_behind_the_splice()
    {
        _stream.Gop(2);
        _stream.Publication.Suspend();
        _stream.Resume();
        _stream.Audio(); // no video any more: every frame of audio is a place to join
        long last = _stream.Audio();

        using Subscription subscription = _stream.Subscribe();
        Assert.Equal([last], Received.AllOf(subscription).Select(frame => frame.Offset));
    }

    [Fact]
    public void A_start_is_told_once_however_often_the_stream_is_resumed()
    {
        int told = 0;
        _stream.Hub.TopicStarted += _ => told++;
        for (int i = 0; i < 3; i++)
        {
            _stream.Publication.Suspend();
            _stream.Resume();
        }

        Assert.Equal(0, told);
    }

    [Fact]
    public void A_suspended_publication_can_neither_publish_nor_end_the_stream()
    {
        Publication suspended = _stream.Publication;
        _stream.Gop(1);
        suspended.Suspend();
        _stream.Audio(); // released: the pool checks for the leak
        suspended.Dispose();
        Assert.Equal((2, TopicState.Waiting), (_stream.Topic.Head, _stream.Topic.State));

        _stream.Resume();
        suspended.Suspend();
        suspended.Dispose();

        Assert.Equal(TopicState.Live, _stream.Topic.State);
    }

    [Fact]
    public void A_stream_that_was_ended_does_not_wait()
    {
        Publication ended = _stream.Publication;
        ended.Dispose();
        ended.Suspend();

        Assert.Equal(TopicState.Ended, _stream.Topic.State);
        Assert.False(_stream.Start().IsResumed);
        Assert.Equal(0, _stream.Time.ArmedTimers);
    }

    [Fact]
    public void Without_a_resume_window_a_lost_publisher_ends_the_stream()
    {
        using var stream = new TestStream(new HubOptions { ResumeWindow = TimeSpan.Zero });
        stream.Publication.Suspend();

        Assert.Equal(TopicState.Ended, stream.Topic.State);
        Assert.Empty(stream.Hub.Topics);
    }

    [Fact]
    public void A_stream_that_waits_counts_as_one_of_those_there_may_be()
    {
        using var stream = new TestStream(new HubOptions { MaxStreams = 1 });
        stream.Publication.Suspend();

        Assert.Null(stream.Hub.TryPublish(TestStream.KeyOf("live/other"), out PublishRefusal refusal));
        Assert.Equal(PublishRefusal.TooManyStreams, refusal);
        Assert.True(stream.Resume().IsResumed);
    }

    [Fact]
    public void When_nobody_may_come_any_more_the_streams_that_wait_end()
    {
        using Publication live = _stream.Hub.TryPublish(TestStream.KeyOf("live/other"), out _)!;
        _stream.Publication.Suspend();

        _stream.Hub.StopWaiting();

        Assert.Equal((TopicState.Ended, TopicState.Live), (_stream.Topic.State, live.Topic.State));
        live.Suspend();
        Assert.Equal(TopicState.Ended, live.Topic.State);
        Assert.Equal(0, _stream.Time.ArmedTimers);
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Of each frame that can be taken, whether the timeline broke before it.</summary>
    private static List<bool> BreaksOf(Subscription subscription)
    {
        List<bool> breaks = [];
        while (subscription.TryRead(out MediaFrame? frame))
        {
            breaks.Add(subscription.IsDiscontinuous);
            frame.Release();
        }

        return breaks;
    }
}

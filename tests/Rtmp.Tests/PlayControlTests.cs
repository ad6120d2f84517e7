namespace MediaServer.Rtmp.Tests;

public class PlayControlTests
{
    [Theory]
    [InlineData("pause")]
    [InlineData("pauseRaw")]
    public void Pausing_and_going_on_are_told_to_both_sides(string name)
    {
        using Peer peer = Peer.Playing();
        List<string> changes = ChangesOf(peer);

        peer.Call(name, 0, AmfValue.Null, true, 1234);
        Assert.Equal(["onStatus NetStream.Pause.Notify", "user control 1"], peer.TakeAnswers().Select(answer => answer.ToString()));
        peer.Call(name, 0, AmfValue.Null, true, 1234);
        Assert.Equal(["onStatus NetStream.Pause.Notify"], peer.TakeAnswers().Select(answer => answer.ToString()));
        peer.Call(name, 0, AmfValue.Null, false, 1234);

        List<Answer> answers = peer.TakeAnswers();
        Assert.Equal(["onStatus NetStream.Unpause.Notify", "user control 0"], answers.Select(answer => answer.ToString()));
        Assert.Equal("status", answers[0].Command[1]["level"].Text); // an error would end ffmpeg
        Assert.Equal(1u, answers[1].Number);
        Assert.Equal(["paused audio video", "audio video"], changes);
    }

    [Fact]
    public void Kinds_of_media_are_turned_off_silently_and_on_again_with_an_answer()
    {
        using Peer peer = Peer.Playing();
        List<string> changes = ChangesOf(peer);

        peer.Call("receiveVideo", 0, AmfValue.Null, false);
        peer.Call("receiveVideo", 0, AmfValue.Null, false);
        peer.Call("receiveAudio", 0, AmfValue.Null, true);
        peer.Call("receiveAudio", 0, AmfValue.Null, false);
        Assert.Empty(peer.TakeAnswers());
        peer.Call("receiveVideo", 0, AmfValue.Null, true);

        Assert.Equal(
            ["onStatus NetStream.Seek.Notify", "onStatus NetStream.Play.Start"], peer.TakeAnswers().Select(answer => answer.ToString()));
        Assert.Equal(["audio", "", "video"], changes);
    }

    [Fact]
    public void A_client_may_say_what_it_wants_before_it_plays_and_forgets_it_with_the_stream()
    {
        using Peer peer = Peer.Connected();
        List<string> changes = ChangesOf(peer);
        peer.Call("receiveAudio", 0, AmfValue.Null, false);
        peer.Call("pause", 0, AmfValue.Null, true);
        peer.Call("play", 0, AmfValue.Null, "show");
        peer.Session.AcceptPlay();

        Assert.Equal((false, false, true), (peer.Session.IsPaused, peer.Session.WantsAudio, peer.Session.WantsVideo));
        peer.Call("pause", 0, AmfValue.Null, true);
        peer.Call("deleteStream", 0, AmfValue.Null, 1);

        Assert.Equal((false, true, true), (peer.Session.IsPaused, peer.Session.WantsAudio, peer.Session.WantsVideo));
        Assert.Equal(["paused video"], changes);
    }

    [Fact]
    public void The_end_of_the_stream_ends_a_pause()
    {
        using Peer peer = Peer.Playing();
        peer.Call("pause", 0, AmfValue.Null, true);

        peer.Session.EndPlay();

        Assert.False(peer.Session.IsPaused);
    }

    [Fact]
    public void A_publisher_changes_nothing_by_the_commands_of_players()
    {
        using Peer peer = Peer.Publishing();
        List<string> changes = ChangesOf(peer);

        peer.Call("pause", 0, AmfValue.Null, true);
        peer.Call("receiveVideo", 0, AmfValue.Null, false);

        Assert.Empty(changes);
        Assert.False(peer.Session.IsPaused);
        Assert.Equal(RtmpSessionState.Publishing, peer.Session.State);
    }

    [Fact]
    public void A_seek_is_confirmed_or_ffmpeg_and_librtmp_would_drop_all_that_follows()
    {
        using Peer peer = Peer.Playing();
        List<string> changes = ChangesOf(peer);

        peer.Call("seek", 0, AmfValue.Null, 30_000);

        Answer status = Assert.Single(peer.TakeAnswers());
        Assert.Equal(("onStatus NetStream.Seek.Notify", "status"), (status.ToString(), status.Command[1]["level"].Text));
        Assert.Empty(changes);
        Assert.Equal(RtmpSessionState.Playing, peer.Session.State);
    }

    private static List<string> ChangesOf(Peer peer)
    {
        var changes = new List<string>();
        RtmpServerSession session = peer.Session;
        session.PlayChanged += () => changes.Add(string.Join(
            ' ',
            new[] { session.IsPaused ? "paused" : "", session.WantsAudio ? "audio" : "", session.WantsVideo ? "video" : "" }.Where(word => word.Length > 0)));
        return changes;
    }
}

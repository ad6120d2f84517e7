namespace MediaServer.Rtmp.Tests;

public class PeerCheckTests
{
    private static readonly RtmpLimits Limits = new() { PingInterval = TimeSpan.FromSeconds(20), PingTimeout = TimeSpan.FromSeconds(10) };

    [Fact]
    public void A_silent_peer_is_pinged_once_and_given_up_when_it_stays_silent()
    {
        using Peer peer = Peer.Connected(Limits);
        Assert.Equal(Present(20), peer.Session.CheckPeer());
        peer.Time.Advance(TimeSpan.FromSeconds(12));
        Assert.Equal(Present(8), peer.Session.CheckPeer());
        Assert.Empty(peer.TakeAnswers());

        peer.Time.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal(Present(10), peer.Session.CheckPeer());
        Answer ping = Assert.Single(peer.TakeAnswers());
        Assert.Equal(("user control 6", 20_000u), (ping.ToString(), ping.Number));

        peer.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(Present(1), peer.Session.CheckPeer());
        peer.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new PeerCheck(IsGone: true, TimeSpan.Zero), peer.Session.CheckPeer());
        Assert.Empty(peer.TakeAnswers());
    }

    [Theory]
    [InlineData("02 000000 000006 04 00000000 0007 00004E20")] // the answer
    [InlineData("02 000000 000004 03 00000000 00001000")] // some acknowledge and never answer
    [InlineData("04")] // any byte
    public void Whatever_comes_is_a_sign_of_life(string hex)
    {
        using Peer peer = Peer.Connected(Limits);
        peer.Time.Advance(TimeSpan.FromSeconds(20));
        peer.Session.CheckPeer();
        peer.Time.Advance(TimeSpan.FromSeconds(9));

        peer.Send(hex);
        peer.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(Present(19), peer.Session.CheckPeer());
        peer.TakeAnswers();
        peer.Time.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal(Present(10), peer.Session.CheckPeer());
        Assert.Equal("user control 6", Assert.Single(peer.TakeAnswers()).ToString()); // asked anew
    }

    [Fact]
    public void Who_is_looked_at_too_late_is_still_asked_first()
    {
        using Peer peer = Peer.Playing(Limits);
        peer.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(Present(10), peer.Session.CheckPeer());
    }

    [Fact]
    public void Nobody_is_pinged_before_connect()
    {
        using var peer = new Peer(Limits);
        peer.Time.Advance(TimeSpan.FromHours(1));

        Assert.False(peer.Session.CheckPeer().IsGone);
        peer.ShakeHands();
        Assert.False(peer.Session.CheckPeer().IsGone);
        Assert.Empty(peer.TakeAnswers());
    }

    private static PeerCheck Present(int seconds) => new(IsGone: false, TimeSpan.FromSeconds(seconds));
}

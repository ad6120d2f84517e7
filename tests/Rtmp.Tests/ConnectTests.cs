using MediaServer.TestKit;

namespace MediaServer.Rtmp.Tests;

public class ConnectTests
{
    private const string Challenge = "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ";

    [Fact]
    public void An_owner_that_decides_on_connect_is_asked_before_anything_is_said()
    {
        using var peer = new Peer(decidesOnConnect: true);
        peer.ShakeHands();
        peer.Call("connect", 1, AmfValue.FromObject(
            new("app", "live"), new("tcUrl", "rtmp://localhost/live"), new("flashVer", "FMLE/3.0")));

        ConnectRequest connect = Assert.IsType<ConnectRequest>(peer.Session.PendingConnect);

        Assert.Equal(("live", "rtmp://localhost/live", "FMLE/3.0"), (connect.App, connect.TcUrl, connect.FlashVersion));
        Assert.Equal(RtmpSessionState.Connecting, peer.Session.State);
        Assert.Empty(peer.TakeAnswers());
        peer.Call("createStream", 2, AmfValue.Null); // waits
        Assert.NotEqual(0, peer.UnreadBytes);

        peer.Session.AcceptConnect();
        peer.Send("");
        Assert.Null(peer.Session.PendingConnect);
        Assert.Equal(
            ["WindowAcknowledgementSize", "SetPeerBandwidth", "SetChunkSize", "_result NetConnection.Connect.Success", "_result"],
            peer.TakeAnswers().Select(answer => answer.ToString()));
        Assert.Throws<InvalidOperationException>(peer.Session.AcceptConnect);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(double.NaN)] // some leave it out
    public void A_refusal_carries_the_text_that_Adobe_authentication_lives_in(double transaction)
    {
        using var peer = new Peer(decidesOnConnect: true);
        peer.ShakeHands();
        peer.Call("connect", transaction, AmfValue.FromObject(new AmfProperty("app", "live")));

        peer.Session.RefuseConnect(Challenge);

        Answer error = Assert.Single(peer.TakeAnswers());
        Assert.Equal("_error NetConnection.Connect.Rejected", error.ToString());
        Assert.Equal(double.IsNaN(transaction) ? 1 : transaction, error.Command.TransactionId);
        Assert.Equal(AmfKind.Null, error.Command[0].Kind); // librtmp looks for the text in the second value
        Assert.Equal(("error", Challenge), (error.Command[1]["level"].Text, error.Command[1]["description"].Text));
        Assert.True(peer.Session.IsClosed);
    }

    [Fact]
    public void What_an_encoder_answers_to_the_challenge_is_in_the_query()
    {
        using var peer = new Peer(decidesOnConnect: true);
        peer.ShakeHands();
        const string App = "live?authmod=adobe&user=me&challenge=abc==&response=a/b+c=&opaque=x";
        peer.Call("connect", 1, AmfValue.FromObject(new("app", App), new("tcUrl", $"rtmp://h/{App}")));

        string query = peer.Session.PendingConnect!.Query;

        Assert.Equal("me", RtmpQuery.Find(query, "user"));
        Assert.Equal("abc==", RtmpQuery.Find(query, "challenge"));
        Assert.Equal("a/b+c=", RtmpQuery.Find(query, "response"));
        Assert.Null(RtmpQuery.Find(query, "password"));
        peer.Session.AcceptConnect();
        peer.Call("publish", 2, AmfValue.Null, "show", "live");
        Assert.Equal("live/show", peer.Session.PendingRequest!.Path);
    }

    [Theory]
    [InlineData("tcUrl", "rtmp://localhost/live/show?key=k")]
    [InlineData("tcurl", "rtmp://localhost/live/show?key=k")]
    [InlineData("TCURL", "\"rtmp://localhost/live/show?key=k\"")]
    [InlineData("tcUrl", "'rtmp://localhost/live/show?key=k' ")]
    public void The_url_is_found_however_its_name_is_written_and_quoted(string property, string value)
    {
        using var peer = new Peer();
        peer.ShakeHands();
        peer.Call("connect", 1, AmfValue.FromObject(new("app", "live"), new(property, value)));
        peer.Call("publish", 2, AmfValue.Null, "", "live");

        RtmpRequest request = peer.Session.PendingRequest!;

        Assert.Equal(("live/show", "k"), (request.Path, request.FindParameter("key")));
        Assert.Equal("rtmp://localhost/live/show?key=k", request.Connect.TcUrl);
    }

    [Fact]
    public void A_command_object_in_AMF3_is_read_too_and_its_encoding_is_answered()
    {
        using var peer = new Peer();
        peer.ShakeHands();

        // AMF0 up to the object, which is {app: "live", objectEncoding: 3} in AMF3.
        byte[] payload = Wire.Hex(
            "00 02 0007 636F6E6E656374 00 3FF0000000000000 11 0A0B01 07617070 06096C697665 1D6F626A656374456E636F64696E67 0403 01");
        peer.Writer.Write(3, RtmpMessageType.CommandAmf3, 0, 0, payload);
        peer.Send();
        peer.Call("publish", 2, AmfValue.Null, "show", "live");

        Assert.Equal("live/show", peer.Session.PendingRequest!.Path);
        Assert.Equal(3, peer.TakeAnswers()[^1].Command[1]["objectEncoding"].Number);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 3)]
    [InlineData(1, 0)]
    [InlineData(1e9, 0)]
    [InlineData(double.NaN, 0)]
    public void An_encoding_that_does_not_exist_is_answered_with_AMF0(double asked, double expected)
    {
        using Peer peer = Peer.Connecting(new AmfProperty("objectEncoding", asked));

        Assert.Equal(expected, peer.TakeAnswers()[^1].Command[1]["objectEncoding"].Number);
    }
}

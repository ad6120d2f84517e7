using System.Buffers;

namespace MediaServer.Rtmp.Tests;

public class StreamPathTests
{
    [Theory]
    [InlineData("live", "rtmp://h/live", "show", "live", "show", "")]
    [InlineData("live/", "rtmp://h/live/", "/show", "live", "show", "")] // nginx-rtmp #8
    [InlineData("tenant/live", "rtmp://h/tenant/live", "show", "tenant/live", "show", "")] // nginx-rtmp #1426
    [InlineData("live", "rtmp://h/live", "a/b", "live/a", "b", "")]
    [InlineData("show", "rtmp://h/show", "", "", "show", "")] // rtmp://host/key
    [InlineData("", "rtmp://h/", "show", "", "show", "")] // rtmp-server-rs #6
    [InlineData("", "rtmp://h/live", "show", "live", "show", "")]
    [InlineData("", "", "", "", "", "")]
    [InlineData("live", "rtmp://h:1935/live/instance", "show", "live/instance", "show", "")] // ZLMediaKit #2298
    [InlineData("live", "rtmp://h/live/show", "show", "live", "show", "")]
    [InlineData("live", "rtmp://h/live/instance/show", "show", "live/instance", "show", "")]
    [InlineData("live", "rtmp://h/live/show", "", "live", "show", "")] // MediaMTX #6007
    [InlineData("live", "rtmp://h/live/show", "?clientConfigId=7", "live", "show", "clientConfigId=7")]
    [InlineData("live", "rtmp://h/other", "show", "live", "show", "")] // the app counts
    [InlineData("live", "rtmp://h/live", "show?key=a/b", "live", "show", "key=a/b")] // xiu #96
    [InlineData("live?key=k", "rtmp://h/live?key=k", "show", "live", "show", "key=k")]
    [InlineData("live", "rtmp://h/live?token=t", "show?key=k&x=%20+", "live", "show", "key=k&x=%20+&token=t")]
    [InlineData("live", "rtmp://h?key=k", "show", "live", "show", "key=k")]
    [InlineData("live", "not a url", "show", "live", "show", "")]
    [InlineData("live", "rtmp://h/live?key=k", "show", "live", "show", "key=k")]
    [InlineData("live", "rtmp://h:1935/live/", "show/", "live", "show", "")]
    [InlineData("live", "rtmp://h/live//", "//show", "live", "show", "")]
    [InlineData("live/a", "rtmp://h/live/a", "b", "live/a", "b", "")]
    [InlineData("live/a/b", "rtmp://h/live/a/b", "", "live/a", "b", "")]
    [InlineData("live/show", "rtmp://h/live/show", "show", "live/show", "show", "")] // a stream may be called like its app
    [InlineData("live", "rtmp://h/live/key?token=t", "?clientConfigId=7&x", "live", "key", "clientConfigId=7&x&token=t")]
    [InlineData("live", "rtmp://h/live", "show?user=ü&pass=a=b/c?d", "live", "show", "user=ü&pass=a=b/c?d")] // not encoded
    [InlineData("live?user=u&pass=p/q", "rtmp://h/live?user=u&pass=p/q", "show", "live", "show", "user=u&pass=p/q")]
    [InlineData("", "rtmp://h", "", "", "", "")]
    [InlineData("", "rtmp://h?key=k", "show", "", "show", "key=k")]
    [InlineData("", "rtmp://h/show", "", "", "show", "")]
    [InlineData("live", "rtmp://user:pass@h/live", "show", "live", "show", "")]
    [InlineData("live", "rtmps://h:443/live", "show", "live", "show", "")]
    public void However_a_client_spells_it_the_names_are_the_same(
        string app, string tcUrl, string name, string expectedApp, string expectedName, string expectedQuery)
    {
        Assert.Equal(new StreamPath(expectedApp, expectedName, expectedQuery), StreamPath.From(app, tcUrl, name));
    }

    [Theory]
    [InlineData("key=secret", "key", "secret")]
    [InlineData("a=1&key=x=y&key=z", "key", "x=y")]
    [InlineData("monkey=1&keys=2", "key", null)]
    [InlineData("key", "key", null)]
    [InlineData("", "key", null)]
    [InlineData("key=", "key", "")]
    public void A_parameter_is_found_by_its_whole_name(string query, string name, string? expected)
    {
        Assert.Equal(expected, Request(query).FindParameter(name));
    }

    [Fact]
    public void A_request_shows_its_names_and_never_its_key()
    {
        PublishRequest request = Request("key=secret");

        Assert.Equal("live/show", $"{request}");
        Assert.DoesNotContain("secret", $"{StreamPath.From("live?key=secret", "rtmp://u:secret@h/live", "show?key=secret")}", StringComparison.Ordinal);
    }

    private static PublishRequest Request(string query)
    {
        var payload = new ArrayBufferWriter<byte>();
        Amf0Writer.Write(payload, "connect");
        Amf0Writer.Write(payload, 1);
        Amf0Writer.Write(payload, AmfValue.FromObject(new("app", "live"), new("tcUrl", $"rtmp://user:secret@host/live?{query}")));
        return new PublishRequest(new ConnectRequest(RtmpCommand.Parse(payload.WrittenSpan)), "show", 1);
    }
}

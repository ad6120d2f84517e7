using System.Net;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Server.Streams;
using MediaServer.TestKit;

namespace MediaServer.Server.Tests.Streams;

public sealed class HlsAudienceTests : IDisposable
{
    private static readonly IPAddress Somebody = IPAddress.Parse("192.0.2.1");

    private readonly ManualTimeProvider _time = new();
    private readonly Publication _publication;
    private readonly HlsAudience _audience;

    public HlsAudienceTests()
    {
        var hub = new StreamHub(new HubOptions(), _time);
        Assert.True(StreamKey.TryParse("a/live/show", out StreamKey key, out _));
        _publication = hub.TryPublish(key, out _)!;
        _audience = new HlsAudience(hub, _time);
    }

    private StreamKey Key => _publication.Topic.Key;

    public void Dispose() => _publication.Dispose();

    [Theory]
    [InlineData("/a/live/show/index.m3u8")]
    [InlineData("/a/live/show/4711/video.m3u8")]
    public void Who_asks_for_a_playlist_is_a_viewer_of_its_stream(string path)
    {
        _audience.Note(path, Somebody, "player");
        Assert.Equal(1, _audience.Count(Key));
    }

    [Fact]
    public void A_player_counts_once_however_often_it_asks()
    {
        _audience.Note("/a/live/show/index.m3u8", Somebody, "player");
        _audience.Note("/a/live/show/1/video.m3u8", Somebody, "player");
        _audience.Note("/a/live/show/1/audio.m3u8", Somebody, "player");
        _audience.Note("/a/live/show/1/audio.m3u8", Somebody, "another player");
        _audience.Note("/a/live/show/1/audio.m3u8", IPAddress.Loopback, "player");

        Assert.Equal(3, _audience.Count(Key));
    }

    [Fact]
    public void A_player_that_asks_no_more_is_gone_after_a_while()
    {
        _audience.Note("/a/live/show/index.m3u8", Somebody, "player");
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, _audience.Count());

        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(0, _audience.Count());
    }

    [Theory]
    [InlineData("/live/nothing/index.m3u8")]
    [InlineData("/index.m3u8")]
    [InlineData("/../a/live/show/index.m3u8")]
    [InlineData("")]
    public void Of_a_stream_that_is_not_live_nothing_is_kept(string path)
    {
        _audience.Note(path, Somebody, "player");
        Assert.Equal(0, _audience.Count());
    }
}

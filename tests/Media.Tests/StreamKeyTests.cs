using MediaServer.TestKit;

namespace MediaServer.Media.Tests;

public class StreamKeyTests
{
    private const string Longest = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Theory]
    [InlineData("live/show", "live", "show")]
    [InlineData("show", "live", "show")]
    [InlineData("/show", "live", "show")]
    [InlineData("live//show/", "live", "show")]
    [InlineData("tenant/live/show", "tenant/live", "show")]
    [InlineData("1/2/3/4/5/6/7/8/9", "1/2/3/4/5/6/7/8", "9")]
    [InlineData("live/A-z_0.9", "live", "A-z_0.9")]
    [InlineData("live/" + Longest, "live", Longest)]
    [InlineData("live/api", "live", "api")]
    [InlineData("metrics", "live", "metrics")]
    [InlineData("apis/show", "apis", "show")]
    [InlineData("live/a..b", "live", "a..b")]
    public void A_name_is_an_app_and_a_stream(string path, string app, string stream)
    {
        Assert.True(StreamKey.TryParse(path, out StreamKey key, out string? fault), fault);
        Assert.Equal((app, stream), (key.App, key.Stream));
        Assert.Equal($"{app}/{stream}", key.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("///")]
    [InlineData("1/2/3/4/5/6/7/8/9/10")]
    [InlineData("live/" + Longest + "a")]
    [InlineData("..")]
    [InlineData("live/..")]
    [InlineData("../../etc/passwd")]
    [InlineData("live/.hidden")]
    [InlineData("live/%2e%2e/show")]
    [InlineData("live/%2fshow")]
    [InlineData(@"live\show")]
    [InlineData("C:/show")]
    [InlineData("live/sh ow")]
    [InlineData("live/show?key=1")]
    [InlineData("live/show\n")]
    [InlineData("live/show\0")]
    [InlineData("live/\u001b[31m")]
    [InlineData("live/\"quoted\"")]
    [InlineData("live/$(reboot)")]
    [InlineData("live/schön")]
    [InlineData("live/s\uFF0Ehow")]
    [InlineData("api/show")]
    [InlineData("API/show")]
    [InlineData("/api/v1/show")]
    [InlineData("openapi/show")]
    [InlineData("watch/live/show")]
    [InlineData("metrics/show")]
    [InlineData("healthz/show")]
    [InlineData("readyz/show")]
    public void What_could_not_stand_in_a_path_a_log_and_a_metric_is_no_name(string path)
    {
        Assert.False(StreamKey.TryParse(path, out StreamKey key, out string? fault));
        Assert.Equal(default, key);
        Assert.False(string.IsNullOrEmpty(fault));
        Assert.DoesNotContain('\n', fault);
    }

    [Fact]
    public void A_name_of_megabytes_is_refused_at_once()
    {
        string path = new('/', 4 << 20);

        Assert.Equal(0, Allocations.Of(() => Assert.False(StreamKey.TryParse(path, out _, out _))));
    }

    [Fact]
    public void Names_that_read_the_same_are_the_same()
    {
        StreamKey one = Parse("/live/show");
        StreamKey other = Parse("show");
        StreamKey different = Parse("live/Show");

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, different);
    }

    private static StreamKey Parse(string path)
    {
        Assert.True(StreamKey.TryParse(path, out StreamKey key, out _));
        return key;
    }
}

using MediaServer.Hub;

namespace MediaServer.Playback.Tests;

public sealed class PlayerWishesTests
{
    [Theory]
    [InlineData("2s", "adaptive", 2000)]
    [InlineData("1ms", "adaptive", 280)]
    [InlineData("1ms", "0", 1)]
    [InlineData("500ms", "350ms", 1400)]
    public void A_player_may_not_ask_to_lag_less_than_frames_are_made_to_wait_for_each_other(string maxLag, string flushInterval, int milliseconds)
    {
        Assert.True(FlushInterval.TryParse(flushInterval, out FlushInterval interval));
        Assert.True(PlayerWishes.TryRead(name => name == "maxlag" ? maxLag : null, out PlayerWishes wishes, out _));

        SubscriptionOptions wanted = wishes.ToSubscription(PlayerKind.Rtmp, default, interval);

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), wanted.Limit.Time);
    }
}

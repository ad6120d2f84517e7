using System.ComponentModel;

namespace MediaServer.Playback.Tests;

public class FlushIntervalTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0ms", 0)]
    [InlineData("350ms", 350)]
    [InlineData("0.5s", 500)]
    [InlineData("5s", 5000)]
    [InlineData("00:00:00.350", 350)]
    public void A_time_is_kept_whatever_the_load_and_for_audio_too(string text, int milliseconds)
    {
        Assert.True(FlushInterval.TryParse(text, out FlushInterval interval));

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), interval.GetWait(load: 1, isAudioOnly: false));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), interval.GetWait(load: 0, isAudioOnly: true));
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("-1ms")]
    [InlineData("6s")]
    [InlineData("350")]
    [InlineData("1e3ms")]
    [InlineData("NaNms")]
    [InlineData("99999999999999999999999s")]
    public void What_is_no_interval_is_refused(string text)
    {
        Assert.False(FlushInterval.TryParse(text, out _));
        Assert.Throws<FormatException>(() => TypeDescriptor.GetConverter(typeof(FlushInterval)).ConvertFromInvariantString(text));
    }

    [Fact]
    public void Adaptive_sends_video_at_once_while_there_is_time_and_lets_it_gather_up_to_a_bound_when_there_is_none()
    {
        Assert.True(FlushInterval.TryParse("adaptive", out FlushInterval adaptive));

        Assert.Equal(TimeSpan.Zero, adaptive.GetWait(load: 0.3, isAudioOnly: false));
        Assert.InRange(adaptive.GetWait(load: 0.65, isAudioOnly: false).TotalMilliseconds, 30, 40);
        Assert.Equal(TimeSpan.FromMilliseconds(70), adaptive.GetWait(load: 1, isAudioOnly: false));
        Assert.Equal(TimeSpan.FromMilliseconds(40), adaptive.GetWait(load: 0, isAudioOnly: true));
    }
}

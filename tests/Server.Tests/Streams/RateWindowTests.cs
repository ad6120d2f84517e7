using MediaServer.Server.Streams;
using MediaServer.TestKit;

namespace MediaServer.Server.Tests.Streams;

public class RateWindowTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Nothing_is_known_after_one_look()
    {
        var window = new RateWindow(_time);
        window.Add(_time.GetTimestamp(), 1000, 10);
        Assert.Equal(default, window.Rate);
    }

    [Fact]
    public void The_rate_is_the_growth_over_the_last_five_seconds()
    {
        var window = new RateWindow(_time);
        long bytes = 0;
        long frames = 0;
        foreach (int bytesPerSecond in new[] { 900_000, 900_000, 125_000, 125_000, 125_000, 125_000, 125_000 })
        {
            window.Add(_time.GetTimestamp(), bytes, frames);
            _time.Advance(TimeSpan.FromSeconds(1));
            bytes += bytesPerSecond;
            frames += 30;
        }

        window.Add(_time.GetTimestamp(), bytes, frames);

        Assert.Equal(new StreamRate(1_000_000, 30), window.Rate);
    }

    [Fact]
    public void A_stream_that_stands_still_goes_to_nothing()
    {
        var window = new RateWindow(_time);
        for (int second = 0; second < 8; second++)
        {
            window.Add(_time.GetTimestamp(), second == 0 ? 0 : 500_000, second == 0 ? 0 : 30);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(default, window.Rate);
    }
}

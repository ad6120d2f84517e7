using MediaServer.Media;
using MediaServer.Server.Api;

namespace MediaServer.Server.Tests.Api;

public class DurationPercentileTests
{
    [Fact]
    public void A_percentile_lies_in_its_bucket_as_if_durations_were_spread_evenly()
    {
        var durations = new DurationHistogram();
        Record(durations, milliseconds: 15, count: 90); // above 10 ms, up to 20 ms
        Record(durations, milliseconds: 150, count: 10); // above 100 ms, up to 200 ms

        Assert.Equal(15.56, Estimate(durations, 0.50), 2);
        Assert.Equal(20, Estimate(durations, 0.90), 2);
        Assert.Equal(190, Estimate(durations, 0.99), 2);
    }

    [Fact]
    public void What_is_beyond_the_last_bound_is_that_bound()
    {
        var durations = new DurationHistogram();
        Record(durations, milliseconds: 60_000, count: 1);

        Assert.Equal(5_000, Estimate(durations, 0.5));
    }

    [Fact]
    public void Of_nothing_there_is_no_percentile() => Assert.Null(new DurationHistogram().EstimatePercentile(0.5));

    private static void Record(DurationHistogram durations, int milliseconds, int count)
    {
        for (int i = 0; i < count; i++)
        {
            durations.Record(TimeSpan.FromMilliseconds(milliseconds));
        }
    }

    private static double Estimate(DurationHistogram durations, double share) => durations.EstimatePercentile(share)!.Value.TotalMilliseconds;
}

using MediaServer.Load;

namespace MediaServer.Bench.Tests;

public class DistributionTests
{
    [Theory]
    [InlineData(20)]
    [InlineData(5_000)]
    [InlineData(3_000_000)]
    public void Percentiles_are_right_within_two_percent(int longestMicroseconds)
    {
        var random = new Random(longestMicroseconds);
        double[] times = [.. Enumerable.Range(0, 20_000).Select(_ => Math.Pow(random.NextDouble(), 3) * longestMicroseconds)];
        var distribution = new Distribution();
        Array.ForEach(times, time => distribution.Record((long)(time * 1000)));
        Array.Sort(times);

        foreach (double share in (double[])[0.1, 0.5, 0.9, 0.99])
        {
            double exact = times[(int)(share * times.Length) - 1] / 1000;
            Assert.InRange(distribution.Quantile(share), (exact * 0.98) - 0.001, (exact * 1.02) + 0.001);
        }

        Assert.Equal(times[^1] / 1000, distribution.Quantile(1), 0.000_001);
    }

    [Fact]
    public void The_sum_of_two_is_as_if_one_had_recorded_all()
    {
        (Distribution all, Distribution first, Distribution second) = (new(), new(), new());
        for (int i = 1; i <= 1000; i++)
        {
            all.Record(i * 10_000);
            (i % 3 == 0 ? first : second).Record(i * 10_000);
        }

        first.Add(second);

        Assert.Equal(all.Count, first.Count);
        Assert.Equal(all.Quantile(0.37), first.Quantile(0.37));
        Assert.Equal(all.Max, first.Max);
    }

    [Fact]
    public void Of_nothing_there_is_no_percentile()
    {
        Assert.True(double.IsNaN(new Distribution().Quantile(0.5)));
        Assert.Null(Summary.Of(new Distribution()).P50);
    }

    [Fact]
    public void Days_and_clocks_that_step_back_do_no_harm()
    {
        var distribution = new Distribution();
        distribution.Record(long.MaxValue);
        distribution.Record(-5);

        Assert.Equal(2, distribution.Count);
        Assert.InRange(distribution.Quantile(0.5), 0, 0.001);
    }
}

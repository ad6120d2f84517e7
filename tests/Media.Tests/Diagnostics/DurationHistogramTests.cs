using MediaServer.TestKit;

namespace MediaServer.Media.Tests;

public class DurationHistogramTests
{
    [Theory]
    [InlineData(-5, 0), InlineData(0, 0), InlineData(1, 0), InlineData(1.001, 1), InlineData(2, 1), InlineData(50, 5), InlineData(50.1, 6)]
    [InlineData(5_000, 11), InlineData(5_001, 12), InlineData(1e9, 12)]
    public void A_duration_is_counted_below_the_first_bound_that_it_is_not_above(double milliseconds, int bucket)
    {
        var histogram = new DurationHistogram();
        histogram.Record(TimeSpan.FromMilliseconds(milliseconds));
        histogram.RecordAlone(TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal(Enumerable.Range(0, 13).Select(i => i == bucket ? 2L : 0), histogram.Counts);
        Assert.Equal((12, 2), (DurationHistogram.Bounds.Count, histogram.Total));
        Assert.Equal(2 * TimeSpan.FromMilliseconds(Math.Max(milliseconds, 0)), histogram.Sum);
    }

    [Fact]
    public void Sums_add_up_and_what_is_below_zero_counts_as_zero()
    {
        var histogram = new DurationHistogram();
        histogram.Record(TimeSpan.FromMilliseconds(7));
        histogram.Record(TimeSpan.FromMilliseconds(-3));
        var all = new DurationHistogram();
        all.Record(TimeSpan.FromSeconds(1));
        all.Add(histogram);

        Assert.Equal((3, TimeSpan.FromMilliseconds(1_007)), (all.Total, all.Sum));
        Assert.Equal((2, TimeSpan.FromMilliseconds(7)), (histogram.Total, histogram.Sum));
    }

    [Fact]
    public void Several_threads_may_record_at_once()
    {
        var histogram = new DurationHistogram();
        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                histogram.Record(TimeSpan.FromMilliseconds(1));
            }
        });

        Assert.Equal((80_000, TimeSpan.FromSeconds(80)), (histogram.Total, histogram.Sum));
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var histogram = new DurationHistogram();
        Assert.Equal(0, Allocations.Of(() => histogram.Record(TimeSpan.FromMilliseconds(30))));
    }
}

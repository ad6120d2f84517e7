using MediaServer.Media;

namespace MediaServer.Server.Api;

/// <summary>Estimates percentiles from a histogram, as Prometheus' <c>histogram_quantile</c> does: as if durations were spread evenly within a bucket.</summary>
internal static class DurationPercentile
{
    /// <returns>A duration that the share did not exceed; the last bound when it is beyond that; null when nothing was recorded.</returns>
    public static TimeSpan? EstimatePercentile(this DurationHistogram durations, double share)
    {
        IReadOnlyList<long> counts = durations.Counts;
        long total = counts.Sum();
        double left = total * share;
        TimeSpan lower = TimeSpan.Zero;
        foreach ((TimeSpan upper, long count) in DurationHistogram.Bounds.Zip(counts))
        {
            if (count > 0 && count >= left)
            {
                return lower + ((upper - lower) * (left / count));
            }

            left -= count;
            lower = upper;
        }

        return total > 0 ? lower : null;
    }
}

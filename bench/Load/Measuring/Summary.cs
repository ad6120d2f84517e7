using System.Text.Json.Serialization;

namespace MediaServer.Load;

/// <summary>A distribution in a few numbers, in milliseconds; none of them is there when nothing was recorded.</summary>
internal sealed record Summary(long Count, double? P50, double? P90, double? P99, double? P999, double? Max)
{
    public static Summary Of(Distribution of) => of.Count == 0
        ? new Summary(0, null, null, null, null, null)
        : new Summary(of.Count, Round(of.Quantile(0.5)), Round(of.Quantile(0.9)), Round(of.Quantile(0.99)), Round(of.Quantile(0.999)), Round(of.Quantile(1)));

    /// <summary>For people.</summary>
    [JsonIgnore]
    public string Text => Count == 0
        ? "none"
        : FormattableString.Invariant($"p50 {P50:0.##}  p90 {P90:0.##}  p99 {P99:0.##}  p99.9 {P999:0.##}  max {Max:0.##} ms  ({Count:N0})");

    private static double Round(double milliseconds) => Math.Round(milliseconds, 3);
}

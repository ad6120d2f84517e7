using System.Buffers;
using System.Text;
using MediaServer.Media;
using MediaServer.Server.Metrics;
using MediaServer.TestKit;

namespace MediaServer.Server.Tests.Metrics;

public class PrometheusWriterTests
{
    private readonly ArrayBufferWriter<byte> _text = new(1024 * 1024);

    [Fact]
    public void A_histogram_counts_what_took_so_long_or_less_and_says_sum_and_count()
    {
        var durations = new DurationHistogram();
        foreach (int milliseconds in new[] { 0, 1, 3, 50, 51, 9_000 })
        {
            durations.Record(TimeSpan.FromMilliseconds(milliseconds));
        }

        var writer = new PrometheusWriter(_text);
        writer.BeginFamily("delay_seconds", "histogram", "How long.");
        writer.WriteHistogram(PrometheusLabel.Of("stream", "live/a"), durations);
        var text = PrometheusText.Parse(Encoding.UTF8.GetString(_text.WrittenSpan));

        Assert.Equal(
            [("0.001", 2), ("0.002", 2), ("0.005", 3), ("0.01", 3), ("0.02", 3), ("0.05", 4), ("0.1", 5), ("0.2", 5), ("0.5", 5), ("1", 5), ("2", 5), ("5", 5), ("+Inf", 6)],
            text.Families["delay_seconds"].Samples.Where(sample => sample.Suffix == "_bucket").Select(sample => (sample.Labels["le"], (int)sample.Value)));
        Assert.Equal(9.105, text.HistogramValue("delay_seconds", "_sum", "stream=live/a"), 6);
        Assert.Equal(6, text.HistogramValue("delay_seconds", "_count", "stream=live/a"));
    }

    [Fact]
    public void A_family_without_series_is_not_there()
    {
        var writer = new PrometheusWriter(_text);
        writer.BeginFamily("nothing", "gauge", "Nothing.");
        writer.BeginFamily("something", "gauge", "Something.");
        writer.WriteSeries("", "", 1);
        writer.BeginFamily("nothing_again", "gauge", "Nothing.");

        Assert.Equal("# HELP something Something.\n# TYPE something gauge\nsomething 1\n", Encoding.UTF8.GetString(_text.WrittenSpan));
    }

    [Fact]
    public void Writing_series_allocates_nothing()
    {
        var writer = new PrometheusWriter(_text);
        writer.BeginFamily("something", "gauge", "Something.");
        string label = PrometheusLabel.Of("stream", "live/a");
        string more = PrometheusLabel.Of("kind", "video");

        Assert.Equal(0, Allocations.Of(() => writer.WriteSeries(label, more, 0.125)));
    }
}

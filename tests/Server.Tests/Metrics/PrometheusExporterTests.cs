using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using MediaServer.Server.Metrics;

namespace MediaServer.Server.Tests.Metrics;

public sealed class PrometheusExporterTests : IDisposable
{
    private readonly Meter _meter = new(ServerMetrics.MeterName);
    private readonly PrometheusExporter _exporter = new();
    private readonly string _name = $"test{Guid.NewGuid():N}"; // meters are the whole process's

    public void Dispose()
    {
        _exporter.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void A_counter_gets_its_unit_and_total_and_a_gauge_does_not()
    {
        _meter.CreateObservableCounter($"{_name}.sent", () => 12L, "By", "Bytes sent.");
        _meter.CreateObservableGauge($"{_name}.load-now", () => 0.25, null, "Load.");
        _meter.CreateObservableUpDownCounter($"{_name}.open", () => 3, null, "Open.");

        PrometheusText text = Read();

        Assert.Equal(("counter", "Bytes sent."), Describe(text, $"{_name}_sent_bytes_total"));
        Assert.Equal(12, text.Value($"{_name}_sent_bytes_total"));
        Assert.Equal(("gauge", "Load."), Describe(text, $"{_name}_load_now"));
        Assert.Equal(0.25, text.Value($"{_name}_load_now"));
        Assert.Equal("gauge", text.Families[$"{_name}_open"].Type);
    }

    [Fact]
    public void Whatever_stands_in_a_label_or_a_help_comes_out_as_it_was()
    {
        const string Evil = "a\"b\\c\nd\\n} 1\n# HELP x";
        _meter.CreateObservableGauge(_name, () => new Measurement<int>(1, new KeyValuePair<string, object?>("what.is it", Evil)), null, Evil);

        PrometheusText text = Read();

        Assert.Equal(Evil, text.Families[_name].Help);
        Assert.Equal(Evil, Assert.Single(text.Families[_name].Samples).Labels["what_is_it"]);
    }

    [Fact]
    public void A_series_that_is_gone_is_not_shown_again()
    {
        string[] kinds = ["rtmp", "hls"];
        _meter.CreateObservableGauge(_name, () => kinds.Select(kind => new Measurement<int>(1, new KeyValuePair<string, object?>("kind", kind))));
        Assert.Equal(2, Read().Families[_name].Samples.Count);

        kinds = ["hls"];

        Assert.Equal("hls", Assert.Single(Read().Families[_name].Samples).Labels["kind"]);
    }

    [Fact]
    public void Plain_counters_add_up_between_readings()
    {
        Counter<long> counter = _meter.CreateCounter<long>(_name);
        counter.Add(2);
        counter.Add(3);
        Assert.Equal(5, Read().Value($"{_name}_total"));

        counter.Add(1);

        Assert.Equal(6, Read().Value($"{_name}_total"));
    }

    [Fact]
    public void Numbers_are_written_whole_and_in_no_country_s_manner()
    {
        _meter.CreateObservableGauge(_name, () => new[]
        {
            new Measurement<double>(double.PositiveInfinity, new KeyValuePair<string, object?>("n", "infinite")),
            new Measurement<double>(1234567.125, new KeyValuePair<string, object?>("n", "fraction")),
            new Measurement<double>(9007199254740992, new KeyValuePair<string, object?>("n", "large")),
        });

        PrometheusText text = Read();

        Assert.Equal(double.PositiveInfinity, text.Value(_name, "n=infinite"));
        Assert.Equal(1234567.125, text.Value(_name, "n=fraction"));
        Assert.Equal(9007199254740992, text.Value(_name, "n=large"));
    }

    [Fact]
    public void The_same_instrument_of_two_meters_is_one_family()
    {
        using var other = new Meter(ServerMetrics.MeterName);
        _meter.CreateObservableCounter(_name, () => 1L);
        other.CreateObservableCounter(_name, () => 2L);

        Assert.Equal(3, Read().Value($"{_name}_total"));
    }

    [Fact]
    public void Instruments_of_other_libraries_stay_out()
    {
        using var other = new Meter("Somebody.Else");
        other.CreateObservableGauge(_name, () => 1);

        Assert.DoesNotContain(_name, Read().Families.Keys);
    }

    private static (string Type, string Help) Describe(PrometheusText text, string name) => (text.Families[name].Type, text.Families[name].Help);

    private PrometheusText Read()
    {
        var text = new ArrayBufferWriter<byte>();
        _exporter.WriteTo(new PrometheusWriter(text));
        return PrometheusText.Parse(Encoding.UTF8.GetString(text.WrittenSpan));
    }
}

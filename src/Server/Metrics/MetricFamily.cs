using System.Diagnostics.Metrics;
using System.Globalization;

namespace MediaServer.Server.Metrics;

/// <summary>All series of one name: what one instrument measures, by its labels.</summary>
internal sealed class MetricFamily
{
    private readonly SortedDictionary<string, double> _series = new(StringComparer.Ordinal);
    private readonly bool _isCounter;
    private readonly bool _isObservable;
    private readonly string _help;

    public MetricFamily(Instrument instrument)
    {
        Type kind = instrument.GetType().GetGenericTypeDefinition();
        _isCounter = kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>);
        _isObservable = instrument.IsObservable;
        Name = NameOf(instrument, _isCounter);
        _help = instrument.Description is { Length: > 0 } description ? description : instrument.Name;
    }

    /// <summary>The name in Prometheus' manner: underscores, the unit, and <c>_total</c> for counters.</summary>
    public string Name { get; }

    /// <summary>Forgets what observed instruments said the last time: a series that is gone is not to be shown again.</summary>
    public void BeginReading()
    {
        if (_isObservable)
        {
            _series.Clear();
        }
    }

    /// <summary>Takes one measurement. Those of the same labels in one reading add up: several meters may have the same instrument.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        string key = KeyOf(labels);
        _series[key] = _series.GetValueOrDefault(key) + value;
    }

    public void WriteTo(PrometheusWriter output)
    {
        output.BeginFamily(Name, _isCounter ? "counter" : "gauge", _help);
        foreach ((string labels, double value) in _series)
        {
            output.WriteSeries(labels, "", value);
        }
    }

    private static string NameOf(Instrument instrument, bool isCounter)
    {
        string name = PrometheusLabel.Sanitize(instrument.Name);
        string unit = instrument.Unit switch
        {
            "s" => "seconds",
            "By" => "bytes",
            _ => "",
        };
        if (unit.Length > 0 && !name.EndsWith($"_{unit}", StringComparison.Ordinal))
        {
            name += $"_{unit}";
        }

        return isCounter && !name.EndsWith("_total", StringComparison.Ordinal) ? $"{name}_total" : name;
    }

    private static string KeyOf(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        string key = "";
        foreach ((string name, object? value) in labels)
        {
            string label = PrometheusLabel.Of(name, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
            key = key.Length > 0 ? $"{key},{label}" : label;
        }

        return key;
    }
}

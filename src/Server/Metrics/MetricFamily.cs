using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

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
        _help = Escape(instrument.Description is { Length: > 0 } description ? description : instrument.Name, quotes: false);
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

    public void WriteTo(TextWriter output)
    {
        if (_series.Count == 0)
        {
            return;
        }

        output.Write($"# HELP {Name} {_help}\n# TYPE {Name} {(_isCounter ? "counter" : "gauge")}\n");
        foreach ((string labels, double value) in _series)
        {
            output.Write($"{Name}{labels} {Number(value)}\n");
        }
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string NameOf(Instrument instrument, bool isCounter)
    {
        string name = Sanitize(instrument.Name);
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
        if (labels.IsEmpty)
        {
            return "";
        }

        var key = new StringBuilder("{");
        foreach ((string name, object? value) in labels)
        {
            string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            key.Append(key.Length > 1 ? "," : "").Append(Sanitize(name)).Append("=\"").Append(Escape(text, quotes: true)).Append('"');
        }

        return key.Append('}').ToString();
    }

    private static string Sanitize(string name)
    {
        string sanitized = string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_'));
        return char.IsAsciiDigit(sanitized[0]) ? $"_{sanitized}" : sanitized;
    }

    private static string Escape(string text, bool quotes)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace MediaServer.EndToEnd.Harness;

/// <summary>One reading of <c>/metrics</c>.</summary>
internal sealed partial class MetricsReading
{
    private readonly List<(string Name, string Labels, double Value)> _series = [];

    public MetricsReading(string text)
    {
        foreach (Match line in Series().Matches(text))
        {
            _series.Add((line.Groups["name"].Value, line.Groups["labels"].Value, double.Parse(line.Groups["value"].Value, CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>How many series there are.</summary>
    public int Count => _series.Count;

    /// <summary>The sum of all series of that name that have all those labels, each written as <c>reason="overrun"</c>. None is a failure.</summary>
    public double Sum(string name, params string[] labels)
    {
        double[] values = [.. _series.Where(series => series.Name == name && labels.All(series.Labels.Contains)).Select(series => series.Value)];
        Assert.True(values.Length > 0, $"/metrics has no {name}{{{string.Join(',', labels)}}}, only:\n{this}");
        return values.Sum();
    }

    /// <summary>The series of that name that are not 0.</summary>
    public IReadOnlyDictionary<string, double> NonZero(string name) =>
        _series.Where(series => series.Name == name && series.Value != 0).ToDictionary(series => series.Labels, series => series.Value);

    public override string ToString() => string.Join('\n', _series.Select(series => $"{series.Name}{{{series.Labels}}} {series.Value}"));

    [GeneratedRegex(@"^(?<name>[a-z0-9_]+)(\{(?<labels>.*)\})? (?<value>\S+)$", RegexOptions.Multiline)]
    private static partial Regex Series();
}

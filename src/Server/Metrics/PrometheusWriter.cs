using System.Buffers;
using System.Globalization;
using System.Text;
using MediaServer.Media;

namespace MediaServer.Server.Metrics;

/// <summary>Writes families of series in the Prometheus text format 0.0.4, as UTF-8. Allocates nothing but what the output does.</summary>
/// <remarks>
/// Labels come as they will stand between the braces, made once by <see cref="PrometheusLabel"/>: a series with many of them is written
/// again at every reading.
/// </remarks>
internal sealed class PrometheusWriter(IBufferWriter<byte> output)
{
    private const int LongestNumber = 40; // with what stands around it

    private static readonly string[] BucketLabels =
    [
        .. DurationHistogram.Bounds.Select(bound => PrometheusLabel.Of("le", bound.TotalSeconds.ToString("R", CultureInfo.InvariantCulture))),
        PrometheusLabel.Of("le", "+Inf"),
    ];

    private string _name = "";
    private string _header = ""; // of the family, until its first series is written

    /// <summary>Begins a family. Its series follow, and no others between them; without any, nothing is written.</summary>
    /// <param name="name">The name of all its series.</param>
    /// <param name="type"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
    /// <param name="help">What it means, in a sentence.</param>
    public void BeginFamily(string name, string type, string help)
    {
        string text = help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        _name = name;
        _header = $"# HELP {name} {text}\n# TYPE {name} {type}\n";
    }

    /// <summary>Writes one series of the family.</summary>
    /// <param name="labels">Its labels; may be empty.</param>
    /// <param name="more">The rest of them; may be empty.</param>
    /// <param name="value">Its value.</param>
    public void WriteSeries(string labels, string more, double value) => WriteLine("", labels, more, value);

    /// <summary>Writes the series of a histogram: how many took so long or less, for each bound; their sum in seconds; how many there are.</summary>
    public void WriteHistogram(string labels, DurationHistogram durations)
    {
        IReadOnlyList<long> counts = durations.Counts; // read once: what is recorded meanwhile is not to make the sum differ from its parts
        long count = 0;
        for (int i = 0; i < counts.Count; i++)
        {
            count += counts[i];
            WriteLine("_bucket", labels, BucketLabels[i], count);
        }

        WriteLine("_sum", labels, "", durations.Sum.TotalSeconds);
        WriteLine("_count", labels, "", count);
    }

    private static Span<byte> Append(Span<byte> line, string text) => line[Encoding.UTF8.GetBytes(text, line)..];

    private static Span<byte> Append(Span<byte> line, double value)
    {
        if (double.IsInfinity(value))
        {
            return Append(line, value > 0 ? "+Inf" : "-Inf");
        }

        value.TryFormat(line, out int length, "R", CultureInfo.InvariantCulture);
        return line[length..];
    }

    private void WriteLine(string suffix, string labels, string more, double value)
    {
        int letters = _header.Length + _name.Length + suffix.Length + labels.Length + more.Length;
        Span<byte> line = output.GetSpan(Encoding.UTF8.GetMaxByteCount(letters) + LongestNumber);
        Span<byte> rest = Append(Append(Append(line, _header), _name), suffix);
        _header = "";
        if (labels.Length + more.Length > 0)
        {
            rest = Append(Append(rest, "{"), labels);
            rest = Append(Append(rest, labels.Length > 0 && more.Length > 0 ? "," : ""), more);
            rest = Append(rest, "}");
        }

        rest = Append(Append(Append(rest, " "), value), "\n");
        output.Advance(line.Length - rest.Length);
    }
}

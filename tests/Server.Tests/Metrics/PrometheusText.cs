using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MediaServer.Server.Tests.Metrics;

/// <summary>One series and its value. Those of a histogram have a suffix: <c>_bucket</c>, <c>_sum</c> or <c>_count</c>.</summary>
internal sealed record Sample(string Suffix, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>All series of a name.</summary>
internal sealed record Family(string Name, string Type, string Help, List<Sample> Samples);

/// <summary>
/// A strict reader of the Prometheus text format 0.0.4: HELP, then TYPE, then the samples of each family, none of it twice, every escape
/// legal, and a line feed at the end.
/// </summary>
internal sealed partial class PrometheusText
{
    public Dictionary<string, Family> Families { get; } = [];

    public static PrometheusText Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", text, StringComparison.Ordinal);
        var result = new PrometheusText();
        string[] lines = text[..^1].Split('\n');
        for (int i = 0; i < lines.Length;)
        {
            Match help = Help().Match(lines[i]);
            Assert.True(help.Success, $"expected # HELP: {lines[i]}");
            Assert.True(i + 1 < lines.Length, "HELP stands alone");
            Match type = Type().Match(lines[++i]);
            Assert.True(type.Success && type.Groups["name"].Value == help.Groups["name"].Value, $"expected # TYPE of the same name: {lines[i]}");
            var family = new Family(help.Groups["name"].Value, type.Groups["type"].Value, Unescape(help.Groups["text"].Value, quotes: false), []);
            Assert.True(result.Families.TryAdd(family.Name, family), $"{family.Name} comes twice");
            var seen = new HashSet<string>();
            for (i++; i < lines.Length && !lines[i].StartsWith('#'); i++)
            {
                family.Samples.Add(ParseSample(family, lines[i], seen));
            }

            Assert.NotEmpty(family.Samples);
            if (family.Type == "histogram")
            {
                CheckHistograms(family);
            }
        }

        return result;
    }

    /// <summary>The value of the series with exactly these labels, given as name=value.</summary>
    public double Value(string name, params string[] labels) =>
        Assert.Single(Families[name].Samples, sample =>
            sample.Suffix.Length == 0 && Has(sample, labels)).Value;

    /// <summary>The value of a series of a histogram.</summary>
    public double HistogramValue(string name, string suffix, params string[] labels) =>
        Assert.Single(Families[name].Samples, sample => sample.Suffix == suffix && Has(sample, labels)).Value;

    private static bool Has(Sample sample, string[] labels) =>
        sample.Labels.Select(label => $"{label.Key}={label.Value}").Order().SequenceEqual(labels.Order());

    // Each histogram of the family: buckets that never get smaller and end in +Inf, which is the count; and a sum.
    private static void CheckHistograms(Family family)
    {
        foreach (IGrouping<string, Sample> histogram in family.Samples.GroupBy(sample =>
            string.Join(',', sample.Labels.Where(label => label.Key != "le").Select(label => $"{label.Key}={label.Value}"))))
        {
            Sample[] buckets = [.. histogram.Where(sample => sample.Suffix == "_bucket")];
            Assert.All(buckets.Zip(buckets.Skip(1)), pair =>
            {
                Assert.True(Bound(pair.First) < Bound(pair.Second), $"{family.Name}: the buckets are out of order");
                Assert.True(pair.First.Value <= pair.Second.Value, $"{family.Name}: a bucket is smaller than the one before it");
            });
            Assert.Equal(double.PositiveInfinity, Bound(buckets[^1]));
            Assert.Equal(buckets[^1].Value, Assert.Single(histogram, sample => sample.Suffix == "_count").Value);
            Assert.Single(histogram, sample => sample.Suffix == "_sum");
        }
    }

    private static double Bound(Sample bucket) => ParseValue(bucket.Labels["le"]);

    private static Sample ParseSample(Family family, string line, HashSet<string> seen)
    {
        Match sample = SampleLine().Match(line);
        Assert.True(sample.Success && sample.Groups["name"].Value.StartsWith(family.Name, StringComparison.Ordinal), $"no sample of {family.Name}: {line}");
        string suffix = sample.Groups["name"].Value[family.Name.Length..];
        Assert.True(family.Type == "histogram" ? suffix is "_bucket" or "_sum" or "_count" : suffix == "", $"no sample of {family.Name}: {line}");
        Assert.True(seen.Add(suffix + sample.Groups["labels"].Value), $"the series comes twice: {line}");
        Dictionary<string, string> labels = [];
        for (int i = 0; i < sample.Groups["label"].Captures.Count; i++)
        {
            Assert.True(
                labels.TryAdd(sample.Groups["label"].Captures[i].Value, Unescape(sample.Groups["text"].Captures[i].Value, quotes: true)),
                $"the label comes twice: {line}");
        }

        double value = ParseValue(sample.Groups["value"].Value);
        Assert.True(family.Type == "gauge" || value >= 0, $"a counter below zero: {line}");
        return new Sample(suffix, labels, value);
    }

    private static double ParseValue(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    private static string Unescape(string text, bool quotes)
    {
        var plain = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                plain.Append(text[i]);
                continue;
            }

            Assert.True(++i < text.Length, $"ends in a backslash: {text}");
            plain.Append(text[i] switch
            {
                '\\' => '\\',
                'n' => '\n',
                '"' when quotes => '"',
                _ => throw new FormatException($"no such escape: {text}"),
            });
        }

        return plain.ToString();
    }

    [GeneratedRegex(@"^# HELP (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<text>.+)$")]
    private static partial Regex Help();

    [GeneratedRegex(@"^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram)$")]
    private static partial Regex Type();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\{(?:(?<label>[a-zA-Z_][a-zA-Z0-9_]*)="(?<text>(?:[^"\\]|\\.)*)",?)+\})? (?<value>[^ ]+)$""")]
    private static partial Regex SampleLine();
}

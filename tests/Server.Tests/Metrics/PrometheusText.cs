using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MediaServer.Server.Tests.Metrics;

/// <summary>One series and its value.</summary>
internal sealed record Sample(IReadOnlyDictionary<string, string> Labels, double Value);

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
        }

        return result;
    }

    /// <summary>The value of the series with exactly these labels, given as name=value.</summary>
    public double Value(string name, params string[] labels) =>
        Assert.Single(Families[name].Samples, sample =>
            sample.Labels.Select(label => $"{label.Key}={label.Value}").Order().SequenceEqual(labels.Order())).Value;

    private static Sample ParseSample(Family family, string line, HashSet<string> seen)
    {
        Match sample = SampleLine().Match(line);
        Assert.True(sample.Success && sample.Groups["name"].Value == family.Name, $"no sample of {family.Name}: {line}");
        Assert.True(seen.Add(sample.Groups["labels"].Value), $"the series comes twice: {line}");
        Dictionary<string, string> labels = [];
        for (int i = 0; i < sample.Groups["label"].Captures.Count; i++)
        {
            Assert.True(
                labels.TryAdd(sample.Groups["label"].Captures[i].Value, Unescape(sample.Groups["text"].Captures[i].Value, quotes: true)),
                $"the label comes twice: {line}");
        }

        double value = sample.Groups["value"].Value switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            string number => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        Assert.True(family.Type != "counter" || value >= 0, $"a counter below zero: {line}");
        return new Sample(labels, value);
    }

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

    [GeneratedRegex(@"^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge)$")]
    private static partial Regex Type();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\{(?:(?<label>[a-zA-Z_][a-zA-Z0-9_]*)="(?<text>(?:[^"\\]|\\.)*)",?)+\})? (?<value>[^ ]+)$""")]
    private static partial Regex SampleLine();
}

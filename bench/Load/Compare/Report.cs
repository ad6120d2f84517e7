using System.Globalization;
using System.Text;

namespace MediaServer.Load;

/// <summary>Turns the results into Markdown tables, and the cost curve into a plot.</summary>
/// <param name="results">The runs.</param>
/// <param name="machine">What they ran on.</param>
internal sealed class Report(ResultFile results, string machine)
{
    private const string Begin = "<!-- figures: written by bench/Load compare -->";
    private const string End = "<!-- end of figures -->";
    private const string PlotFile = "cost-curve.svg";

    private readonly StringBuilder _text = new();

    /// <summary>A run in a line.</summary>
    public static string DescribeShortly(Figures run)
    {
        (string Format, double? Value)[] parts =
        [
            ("CPU-s/Gbit {0:0.000}", run.ServerCpuPerGbit),
            ("with client {0:0.000}", run.TotalCpuPerGbit),
            ("video p99 {0:0} ms", run.VideoP99Ms),
            ("first key frame p99 {0:0} ms", run.FirstKeyP99Ms),
            ("delivered {0:P1}", run.Delivered),
            ("{0:0} MiB", run.RssPeakMiB),
            ("others {0:0.0} CPU-s", run.OtherCpuSeconds),
        ];
        return string.Join(", ", parts.Where(part => part.Value is not null)
            .Select(part => string.Format(CultureInfo.InvariantCulture, part.Format, part.Value)));
    }

    /// <summary>Writes <c>report.md</c> and the plot, and both into the documents if wanted.</summary>
    public void Write(Workspace workspace, bool intoDocuments)
    {
        string text = Compose();
        string plot = CostPlot.Draw([CurveOf(ScenarioGroup.OneShard), CurveOf(ScenarioGroup.TwoShards)]);
        File.WriteAllText(workspace.At("report.md"), text);
        File.WriteAllText(workspace.At(PlotFile), plot);
        Console.WriteLine();
        Console.WriteLine(text);
        if (intoDocuments)
        {
            string document = Path.Combine(workspace.Repository, "docs", "performance.md");
            string before = File.ReadAllText(document);
            int from = before.IndexOf(Begin, StringComparison.Ordinal);
            int to = before.IndexOf(End, StringComparison.Ordinal);
            if (from < 0 || to < from)
            {
                throw new UsageException($"{document} has no place for figures: {Begin} … {End}");
            }

            File.WriteAllText(document, $"{before[..from]}{Begin}\n\n{text}\n{before[to..]}");
            File.WriteAllText(Path.Combine(workspace.Repository, "docs", PlotFile), plot);
        }
    }

    private string Compose()
    {
        DateTime last = results.Runs.Count > 0 ? results.Runs.Max(run => run.At) : DateTime.UtcNow;
        double[] others = [.. results.Runs.Select(run => run.OtherCpuSeconds).OfType<double>()];
        _text.Append(CultureInfo.InvariantCulture, $"Measured {last:yyyy-MM-dd} on {machine}. Medians of the runs; ");
        _text.AppendLine(CultureInfo.InvariantCulture, $"other processes used {(others.Length > 0 ? others.Average() : 0):0.0} CPU seconds in a run on average, the publisher's included.");
        PlayerTable();
        JoinTable();
        PublisherTable();
        StallTable();
        IdleTable();
        CurveTable();
        return _text.ToString();
    }

    private void PlayerTable() => Table(
        "Players of one stream of 2.5 Mbit/s",
        ScenarioGroup.Players,
        ("CPU-s/Gbit, server", run => Text(run, figures => figures.ServerCpuPerGbit, "0.000")),
        ("x limit", run => Ratio(run, figures => figures.ServerCpuPerGbit, Scenarios.Limit)),
        ("with client", run => Text(run, figures => figures.TotalCpuPerGbit, "0.000")),
        ("x limit", run => Ratio(run, figures => figures.TotalCpuPerGbit, Scenarios.Limit)),
        ("x nginx", run => Ratio(run, figures => figures.TotalCpuPerGbit, Scenarios.Nginx)),
        ("video p50 / p99", run => Pair(run, figures => figures.VideoP50Ms, figures => figures.VideoP99Ms, " ms")),
        ("audio p99", run => Text(run, figures => figures.AudioP99Ms, "0.#", " ms")),
        ("first key frame p50 / p99", run => Pair(run, figures => figures.FirstKeyP50Ms, figures => figures.FirstKeyP99Ms, " ms")),
        ("delivered", run => Text(run, figures => 100 * figures.Delivered, "0.0", " %")),
        ("lost players", run => Text(run, figures => figures.LostClients, "0")),
        ("RSS", run => Text(run, figures => figures.RssMeanMiB, "0", " MiB")));

    private void JoinTable() => Table(
        "Joining",
        ScenarioGroup.Joins,
        ("first key frame p50 / p99", run => Pair(run, figures => figures.FirstKeyP50Ms, figures => figures.FirstKeyP99Ms, " ms")),
        ("lost players", run => Text(run, figures => figures.LostClients, "0")));

    private void PublisherTable() => Table(
        "Publishers, no players",
        ScenarioGroup.Publishers,
        ("CPU-s/Gbit", run => Text(run, figures => figures.ServerCpuPerGbit, "0.000")),
        ("x nginx", run => Ratio(run, figures => figures.ServerCpuPerGbit, "publish500-nginx")),
        ("cores", run => Text(run, figures => figures.Cores, "0.00")),
        ("RSS mean / peak", run => Pair(run, figures => figures.RssMeanMiB, figures => figures.RssPeakMiB, " MiB")),
        ("lost publishers", run => Text(run, figures => figures.LostClients, "0")));

    private void StallTable() => Table(
        "Players that stop reading",
        ScenarioGroup.Stalls,
        ("RSS peak", run => Text(run, figures => figures.RssPeakMiB, "0.0", " MiB")),
        ("others: frames lost", run => Text(run, figures => figures.LostFrames, "0")),
        ("others: video p50 / p99", run => Pair(run, figures => figures.VideoP50Ms, figures => figures.VideoP99Ms, " ms")),
        ("others: lost players", run => Text(run, figures => figures.LostClients, "0")),
        ("stalled: disconnected", run => Text(run, figures => figures.Stalled?.Disconnected, "0")),
        ("resumed at a key frame", run => Text(run, figures => figures.Stalled?.ResumedAtKeyFrame, "0")),
        ("largest jump", run => Text(run, figures => figures.Stalled?.LargestJumpMs, "0", " ms")),
        ("behind at the end", run => Text(run, figures => figures.Stalled?.VideoAgeMs, "0", " ms")));

    private void IdleTable() => Table(
        "Idle",
        ScenarioGroup.Idle,
        ("RSS", run => Text(run, figures => figures.RssMeanMiB, "0.0", " MiB")),
        ("start-up", run => Text(run, figures => figures.StartUpMs, "0", " ms")));

    private void CurveTable()
    {
        CostCurve[] curves = [CurveOf(ScenarioGroup.OneShard), CurveOf(ScenarioGroup.TwoShards)];
        if (curves.All(curve => curve.Points.Count == 0))
        {
            return;
        }

        _text.AppendLine().AppendLine("### What a player costs, by how many there are").AppendLine();
        _text.AppendLine("| players | 1 shard, CPU-s/Gbit | video p99 | 2 shards, CPU-s/Gbit | video p99 |");
        _text.AppendLine("|---|---|---|---|---|");
        foreach (int players in Scenarios.CurvePlayers)
        {
            string[] cells = [.. curves.SelectMany(curve => new[]
            {
                Number(results.MedianOf(curve.NameOf(players), figures => figures.ServerCpuPerGbit), "0.000"),
                Number(results.MedianOf(curve.NameOf(players), figures => figures.VideoP99Ms), "0.#", " ms"),
            })];
            _text.AppendLine(CultureInfo.InvariantCulture, $"| {players} | {string.Join(" | ", cells)} |");
        }

        _text.AppendLine().AppendLine($"![CPU seconds of the server per Gbit over the number of players]({PlotFile})").AppendLine();
        _text.AppendLine("| fit | λ, Gbit/CPU-s with one player | σ | κ | limit λ/σ, Gbit/CPU-s | peak |");
        _text.AppendLine("|---|---|---|---|---|---|");
        foreach (CostCurve curve in curves)
        {
            if (curve.Fit is { } fit)
            {
                string peak = double.IsInfinity(fit.PeakLoad) ? "none" : FormattableString.Invariant($"{fit.PeakLoad:N0} players");
                _text.AppendLine(CultureInfo.InvariantCulture, $"| {curve.Title} | {fit.Lambda:0.000} | {fit.Sigma:0.00000} | {fit.Kappa:0.0E+0} | {fit.Limit:0.0} | {peak} |");
            }
        }
    }

    private CostCurve CurveOf(ScenarioGroup group)
    {
        int shards = group == ScenarioGroup.OneShard ? 1 : 2;
        return new CostCurve(shards, [.. Scenarios.CurvePlayers
            .Select(players => (players, Cost: results.MedianOf($"curve{shards}x{players}", figures => figures.ServerCpuPerGbit)))
            .Where(point => point.Cost > 0)
            .Select(point => (point.players, point.Cost!.Value))]);
    }

    private void Table(string title, ScenarioGroup group, params (string Name, Func<string, string> Cell)[] columns)
    {
        Scenario[] rows = [.. Scenarios.Of(group).Where(scenario => results.Runs.Any(run => run.Scenario == scenario.Name))];
        if (rows.Length == 0)
        {
            return;
        }

        _text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"### {title}").AppendLine();
        _text.AppendLine(CultureInfo.InvariantCulture, $"| case | {string.Join(" | ", columns.Select(column => column.Name))} | runs |");
        _text.AppendLine(CultureInfo.InvariantCulture, $"|---|{string.Concat(columns.Select(_ => "---|"))}---|");
        foreach (Scenario row in rows)
        {
            int runs = results.Runs.Count(run => run.Scenario == row.Name);
            _text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Title} | {string.Join(" | ", columns.Select(column => column.Cell(row.Name)))} | {runs} |");
        }
    }

    private string Text(string scenario, Func<Figures, double?> figure, string format, string unit = "") =>
        Number(results.MedianOf(scenario, figure), format, unit);

    private string Ratio(string scenario, Func<Figures, double?> figure, string to) =>
        Number(results.MedianOf(scenario, figure) / results.MedianOf(to, figure), "0.00");

    private string Pair(string scenario, Func<Figures, double?> first, Func<Figures, double?> second, string unit) =>
        results.MedianOf(scenario, first) is null ? "" : $"{Text(scenario, first, "0.#")} / {Text(scenario, second, "0.#", unit)}";

    private static string Number(double? value, string format, string unit = "") =>
        value is { } number ? number.ToString(format, CultureInfo.InvariantCulture) + unit : "";
}

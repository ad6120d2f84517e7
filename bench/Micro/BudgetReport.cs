using BenchmarkDotNet.Reports;

namespace MediaServer.Micro;

/// <summary>The last lines: who is over budget.</summary>
internal static class BudgetReport
{
    /// <summary>Writes them.</summary>
    /// <returns>Whether everything ran and nothing allocates more than it may. Time is told, not judged: it is the machine's as well.</returns>
    public static bool Write(IReadOnlyList<Summary> summaries, TextWriter output)
    {
        BudgetVerdict[] verdicts = [.. summaries
            .SelectMany(summary => summary.BenchmarksCases.Select(benchmark => BudgetVerdict.Of(summary, benchmark)))
            .OfType<BudgetVerdict>()];
        foreach (BudgetVerdict verdict in verdicts.Where(verdict => verdict.IsBroken || verdict.IsTooSlow))
        {
            output.WriteLine(FormattableString.Invariant($"{verdict.Name}: {verdict.Nanoseconds:0.0} ns, {verdict.Bytes} B; budget {verdict.Text}"));
        }

        output.WriteLine($"{verdicts.Count(verdict => !verdict.IsBroken && !verdict.IsTooSlow)} of {verdicts.Length} benchmarks within their budgets");
        return verdicts.Length > 0 && !verdicts.Any(verdict => verdict.IsBroken);
    }
}

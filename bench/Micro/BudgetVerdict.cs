using System.Reflection;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace MediaServer.Micro;

/// <summary>What a benchmark cost, against its budget.</summary>
/// <param name="Name">The benchmark with its parameters.</param>
/// <param name="Budget">What it may cost.</param>
/// <param name="Nanoseconds">What it took in the median, which a busy machine moves least; NaN when it did not run.</param>
/// <param name="Bytes">What it allocated.</param>
internal sealed record BudgetVerdict(string Name, BudgetAttribute Budget, double Nanoseconds, long Bytes)
{
    public bool IsTooSlow => Nanoseconds > Budget.Nanoseconds;

    /// <summary>Whether it allocates more than it may, or did not run at all.</summary>
    public bool IsBroken => double.IsNaN(Nanoseconds) || Bytes > Budget.Bytes;

    public string Text => FormattableString.Invariant($"{Budget.Nanoseconds:0.#} ns, {Budget.Bytes} B: ")
        + (IsBroken ? (double.IsNaN(Nanoseconds) ? "FAILED" : "OVER (bytes)") : IsTooSlow ? "over (time)" : "kept");

    /// <summary>The verdict on a benchmark; null when it has no budget.</summary>
    public static BudgetVerdict? Of(Summary summary, BenchmarkCase benchmark)
    {
        if (benchmark.Descriptor.WorkloadMethod.GetCustomAttribute<BudgetAttribute>() is not { } budget)
        {
            return null;
        }

        BenchmarkReport? report = summary[benchmark];
        return new BudgetVerdict(
            $"{benchmark.Descriptor.Type.Name}.{benchmark.Descriptor.WorkloadMethod.Name} {benchmark.Parameters.DisplayInfo}".TrimEnd(),
            budget,
            report?.ResultStatistics?.Median ?? double.NaN,
            report?.GcStats.GetBytesAllocatedPerOperation(benchmark) ?? 0);
    }
}

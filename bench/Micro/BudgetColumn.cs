using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace MediaServer.Micro;

/// <summary>Shows the budget, and whether it was kept.</summary>
internal sealed class BudgetColumn : IColumn
{
    public string Id => nameof(BudgetColumn);

    public string ColumnName => "Budget";

    public string Legend => "What an operation may cost, and whether it does";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => false;

    public UnitType UnitType => UnitType.Dimensionless;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => BudgetVerdict.Of(summary, benchmarkCase)?.Text ?? "none";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
}

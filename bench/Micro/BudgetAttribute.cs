namespace MediaServer.Micro;

/// <summary>What one operation of a benchmark may cost.</summary>
/// <remarks>
/// Time depends on the machine: the budget is about twice what a core of 2020s' cloud machines needs, and being over it is told. Bytes do not:
/// being over them is an error.
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BudgetAttribute(double nanoseconds, long bytes) : Attribute
{
    /// <summary>Time.</summary>
    public double Nanoseconds => nanoseconds;

    /// <summary>Bytes allocated on the managed heap.</summary>
    public long Bytes => bytes;
}

namespace MediaServer.Load;

/// <summary>What <c>compare</c> is asked for.</summary>
internal sealed record CompareOptions
{
    /// <summary>Runs of each scenario; those that take a minute run once.</summary>
    public required int Runs { get; init; }

    /// <summary>What to run: names, or their beginnings; everything when there is none.</summary>
    public required IReadOnlyList<string> Only { get; init; }

    /// <summary>What is measured in each run.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>Where a published server is; null to publish it first.</summary>
    public required string? ServerFolder { get; init; }

    /// <summary>Whether to measure nothing, and only to write down what was measured before.</summary>
    public required bool ReportOnly { get; init; }

    /// <summary>Whether to write tables and plot into <c>docs/</c>, too.</summary>
    public required bool WritesDocuments { get; init; }

    /// <exception cref="UsageException">The arguments are not right.</exception>
    public static CompareOptions Parse(ArgumentList arguments) => new()
    {
        Runs = arguments.Count("runs", 3, 1, 100),
        Only = arguments.Text("only")?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [],
        Window = arguments.Seconds("seconds", 8, 1, 600),
        ServerFolder = arguments.Text("server"),
        ReportOnly = arguments.Flag("report"),
        WritesDocuments = arguments.Flag("docs"),
    };
}

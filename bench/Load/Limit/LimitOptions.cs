namespace MediaServer.Load;

/// <summary>What <c>limit</c> is asked for.</summary>
internal sealed record LimitOptions
{
    public required Clip Clip { get; init; }

    public required int Clients { get; init; }

    public required double ClientsPerSecond { get; init; }

    public required TimeSpan Warm { get; init; }

    public required TimeSpan Window { get; init; }

    /// <summary>How long frames wait for others, to go out in one call; zero for a call each.</summary>
    public required TimeSpan Merge { get; init; }

    /// <summary>Whether Nagle's algorithm stays on.</summary>
    public required bool Nagle { get; init; }

    /// <exception cref="UsageException">The arguments are not right.</exception>
    public static LimitOptions Parse(ArgumentList arguments) => new()
    {
        Clip = Clip.Load(arguments.RequiredText("file"), isStamped: true),
        Clients = arguments.Count("clients", 500, 1, Limits.Clients),
        ClientsPerSecond = arguments.Number("ramp", 400, 0.1, 100_000),
        Warm = arguments.Seconds("warm", 2, 0, Limits.Seconds),
        Window = arguments.Seconds("seconds", 10, 0.1, Limits.Seconds),
        Merge = TimeSpan.FromMilliseconds(arguments.Number("merge-ms", 0, 0, 10_000)),
        Nagle = arguments.Flag("nagle"),
    };
}

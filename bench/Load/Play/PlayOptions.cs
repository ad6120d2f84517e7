namespace MediaServer.Load;

/// <summary>What <c>play</c> and <c>flv</c> are asked for.</summary>
internal sealed record PlayOptions
{
    public required Target Target { get; init; }

    public required int Clients { get; init; }

    public required double ClientsPerSecond { get; init; }

    public required TimeSpan Warm { get; init; }

    public required TimeSpan Window { get; init; }

    public required int Probes { get; init; }

    /// <summary>Whether the crowd's bytes are dropped in the kernel, unread.</summary>
    public required bool Discards { get; init; }

    /// <summary>Players that stop reading.</summary>
    public required int Stallers { get; init; }

    /// <summary>When they do, from the beginning of what is measured.</summary>
    public required TimeSpan StallAt { get; init; }

    public required TimeSpan StallFor { get; init; }

    public required int? ServerProcess { get; init; }

    /// <summary>What is published, to know what is all of it.</summary>
    public required Clip? Expected { get; init; }

    /// <exception cref="UsageException">The arguments are not right.</exception>
    public static PlayOptions Parse(ArgumentList arguments, params ReadOnlySpan<string> schemes)
    {
        int clients = arguments.Count("clients", 1, 1, Limits.Clients);
        var options = new PlayOptions
        {
            Target = Target.Parse(arguments.RequiredText("url"), arguments.Flag("allow-remote"), schemes),
            Clients = clients,
            ClientsPerSecond = arguments.Number("ramp", 400, 0.1, 100_000),
            Warm = arguments.Seconds("warm", 3, 0, Limits.Seconds),
            Window = arguments.Seconds("seconds", 10, 0.1, Limits.Seconds),
            Probes = Math.Min(arguments.Count("probes", 10, 0, 100), clients),
            Discards = arguments.Flag("discard"),
            Stallers = arguments.Count("stall", 0, 0, clients),
            StallAt = arguments.Seconds("stall-at", 2, 0, Limits.Seconds),
            StallFor = arguments.Seconds("stall-for", 30, 0.1, Limits.Seconds),
            ServerProcess = arguments.Count("server-pid", 0, 0, int.MaxValue) is var process and > 0 ? process : null,
            Expected = arguments.Text("expect") is { } file ? Clip.Load(file, isStamped: true) : null,
        };
        if (options.Stallers > 0 && options.StallAt + options.StallFor >= options.Window)
        {
            throw new UsageException("--seconds ends before those that --stall go on reading: it must be more than --stall-at and --stall-for.");
        }

        return options with { Probes = Math.Min(options.Probes, clients - options.Stallers) };
    }
}

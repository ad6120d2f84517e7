namespace MediaServer.Load;

/// <summary>One run of a scenario, as a line of the results' file.</summary>
internal sealed record Figures
{
    public required string Scenario { get; init; }

    public required int Run { get; init; }

    /// <summary>When it was, UTC.</summary>
    public required DateTime At { get; init; }

    /// <summary>From the server's start until it answered.</summary>
    public double? StartUpMs { get; init; }

    public double? ServerCpuPerGbit { get; init; }

    public double? TotalCpuPerGbit { get; init; }

    public double? Cores { get; init; }

    public double? RssMeanMiB { get; init; }

    public double? RssPeakMiB { get; init; }

    public double? MegabitsPerSecond { get; init; }

    public double? VideoP50Ms { get; init; }

    public double? VideoP99Ms { get; init; }

    public double? AudioP99Ms { get; init; }

    public double? FirstKeyP50Ms { get; init; }

    public double? FirstKeyP99Ms { get; init; }

    public double? Delivered { get; init; }

    public double? DeliveredWorst { get; init; }

    public long? LostFrames { get; init; }

    /// <summary>Clients that failed or were disconnected; of those that were to stall, only the others.</summary>
    public int? LostClients { get; init; }

    public StallResult? Stalled { get; init; }

    /// <summary>CPU seconds of everybody else but server and client, the publisher included.</summary>
    public double? OtherCpuSeconds { get; init; }

    /// <summary>The figures of a run.</summary>
    public static Figures Of(LoadResult result, string scenario, int run, double? startUpMs)
    {
        var figures = new Figures
        {
            Scenario = scenario,
            Run = run,
            At = DateTime.UtcNow,
            StartUpMs = startUpMs,
            ServerCpuPerGbit = result.ServerCpuPerGbit,
            TotalCpuPerGbit = result.TotalCpuPerGbit,
            Cores = result.Cpu.Server?.Cores,
            RssMeanMiB = result.Cpu.Server?.RssMeanMiB,
            RssPeakMiB = result.Cpu.Server?.RssPeakMiB,
            MegabitsPerSecond = result.MegabitsPerSecond,
            OtherCpuSeconds = result.Cpu.OtherCpuSeconds,
        };
        return result switch
        {
            PlayResult play => figures with
            {
                VideoP50Ms = play.VideoLatencyMs.P50,
                VideoP99Ms = play.VideoLatencyMs.P99,
                AudioP99Ms = play.AudioLatencyMs.P99,
                FirstKeyP50Ms = play.FirstKeyFrameMs.P50,
                FirstKeyP99Ms = play.FirstKeyFrameMs.P99,
                Delivered = play.DeliveredRatio,
                DeliveredWorst = play.DeliveredRatioWorst,
                LostFrames = play.LostFrames,
                LostClients = play.Failed + play.Disconnected,
                Stalled = play.Stalled,
            },
            PublishResult publish => figures with { LostClients = publish.Failed + publish.Disconnected },
            LimitResult limit => figures with { Delivered = limit.DeliveredRatio },
            _ => figures,
        };
    }
}

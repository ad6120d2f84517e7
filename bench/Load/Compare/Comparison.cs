using System.Diagnostics;
using System.Text.Json;

namespace MediaServer.Load;

/// <summary>
/// Runs the scenarios, round by round, so that what disturbs the machine for a while disturbs all alike: a fresh server each, then writes
/// the report. Can be stopped and gone on with, scenario by scenario.
/// </summary>
internal sealed class Comparison(CompareOptions options)
{
    private const int LongestRun = 120; // s; a publisher that was forgotten ends then

    private readonly Workspace _workspace = new();

    /// <summary>Runs it all.</summary>
    /// <returns>Whether all scenarios could be measured.</returns>
    public bool Run(CancellationToken stopping)
    {
        IReadOnlyList<Scenario> scenarios = Scenarios.Find(options.Only);
        var results = new ResultFile(_workspace.At("results.jsonl"));
        bool isWhole = options.ReportOnly || Measure(scenarios, results, stopping);
        new Report(results, Machine.Describe(_workspace)).Write(_workspace, options.WritesDocuments);
        return isWhole;
    }

    private bool Measure(IReadOnlyList<Scenario> scenarios, ResultFile results, CancellationToken stopping)
    {
        _workspace.MakeClips();
        string server = options.ServerFolder ?? _workspace.PublishServer();
        int total = scenarios.Sum(scenario => Math.Min(options.Runs, scenario.MostRuns));
        int done = 0;
        bool isWhole = true;
        for (int round = 1; round <= options.Runs; round++)
        {
            foreach (Scenario scenario in scenarios.Where(scenario => scenario.MostRuns >= round))
            {
                Console.Write($"{++done}/{total} {scenario.Name}, run {round}: ");
                try
                {
                    Figures figures = Measure(scenario, server, round);
                    if (!stopping.IsCancellationRequested) // else it was cut short
                    {
                        results.Add(figures);
                        Console.WriteLine(Report.DescribeShortly(figures));
                    }
                }
                catch (UsageException fault)
                {
                    isWhole = false;
                    Console.WriteLine(fault.Message);
                }

                if (stopping.IsCancellationRequested)
                {
                    Console.WriteLine("Stopped; what was measured before is kept.");
                    return false;
                }
            }
        }

        return isWhole;
    }

    private Figures Measure(Scenario scenario, string serverFolder, int round)
    {
        if (scenario.Load == LoadKind.Limit)
        {
            return Figures.Of(RunLoad<LimitResult>(scenario, "limit", ["--file", _workspace.Watched]), scenario.Name, round, startUpMs: null);
        }

        using ServerUnderTest server = scenario.Server == ServerKind.Nginx
            ? ServerUnderTest.StartNginx(_workspace)
            : ServerUnderTest.StartOurs(_workspace, serverFolder, scenario.ServerArguments);
        if (scenario.Load == LoadKind.Idle)
        {
            return MeasureIdle(scenario, server, round);
        }

        LoadResult result = scenario.Load == LoadKind.Publish
            ? RunLoad<PublishResult>(
                scenario,
                "publish",
                ["--url", $"rtmp://127.0.0.1:{server.RtmpPort}/live/s", "--file", _workspace.Published, "--server-pid", $"{server.Id}"])
            : MeasurePlayers(scenario, server);
        return Figures.Of(result, scenario.Name, round, server.StartUpMs);
    }

    private static Figures MeasureIdle(Scenario scenario, ServerUnderTest server, int round)
    {
        Thread.Sleep(TimeSpan.FromSeconds(4)); // until what a start leaves behind is collected
        ProcessReading reading = ProcessReading.Of(server.Id) ?? throw new UsageException("the server has ended");
        double memory = Math.Round(reading.ResidentBytes / (1024.0 * 1024), 1);
        return new Figures
        {
            Scenario = scenario.Name,
            Run = round,
            At = DateTime.UtcNow,
            StartUpMs = server.StartUpMs,
            RssMeanMiB = memory,
            RssPeakMiB = memory,
        };
    }

    private PlayResult MeasurePlayers(Scenario scenario, ServerUnderTest server)
    {
        string stream = $"rtmp://127.0.0.1:{server.RtmpPort}/live/watched";
        using Process publisher = OwnProcess.Start(
            "publish", "--url", stream, "--file", _workspace.Watched, "--stamp", "--warm", "0", "--seconds", $"{LongestRun}");
        try
        {
            Thread.Sleep(TimeSpan.FromSeconds(2.5)); // a group of pictures is there
            (string command, string url) = scenario.Load switch
            {
                LoadKind.HttpFlv => ("flv", $"http://127.0.0.1:{server.HttpPort}/live/watched.flv"),
                LoadKind.WebSocketFlv => ("flv", $"ws://127.0.0.1:{server.HttpPort}/live/watched.flv"),
                _ => ("play", stream),
            };
            return RunLoad<PlayResult>(scenario, command, ["--url", url, "--expect", _workspace.Watched, "--server-pid", $"{server.Id}"]);
        }
        finally
        {
            publisher.Kill();
            publisher.WaitForExit();
        }
    }

    private T RunLoad<T>(Scenario scenario, string command, string[] arguments)
        where T : LoadResult
    {
        string file = _workspace.At("run.json");
        File.Delete(file);
        TimeSpan window = scenario.Window ?? options.Window;
        using Process load = OwnProcess.Start(
        [
            command,
            .. arguments,
            command == "publish" ? "--publishers" : "--clients", $"{scenario.Clients}",
            "--seconds", window.TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "--json", file,
            .. scenario.LoadArguments,
        ]);
        string output = load.StandardOutput.ReadToEnd();
        load.WaitForExit();
        return File.Exists(file)
            ? JsonSerializer.Deserialize<T>(File.ReadAllText(file), CommandLine.Json)!
            : throw new UsageException($"{command} measured nothing. {output}");
    }
}

namespace MediaServer.Load;

/// <summary>
/// Watches a run from its own thread: reads the server's and its own CPU time at the edges of what is measured, the server's memory in
/// between, and shows how it goes.
/// </summary>
/// <param name="schedule">When what is measured.</param>
/// <param name="serverProcess">The server, if it is to be watched.</param>
/// <param name="progress">Where to show.</param>
internal sealed class Observer(Schedule schedule, int? serverProcess, Progress progress)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly List<long> _resident = [];

    /// <summary>Waits until the run is over, or is stopped.</summary>
    /// <param name="describe">How the run goes, for people.</param>
    /// <param name="stopping">Ends it early.</param>
    /// <returns>Who used what; null when it was stopped before anything was measured.</returns>
    /// <exception cref="UsageException">The server is not there, or has ended.</exception>
    public Consumption? Watch(Func<string> describe, CancellationToken stopping)
    {
        ReadServer(); // a wrong id is told at once
        WaitUntil(schedule.Steady, "starting", describe, stopping);
        if (stopping.IsCancellationRequested)
        {
            return null;
        }

        ProcessReading? serverBefore = ReadServer();
        TimeSpan clientBefore = Environment.CpuUsage.TotalTime;
        double machineBefore = ProcessReading.OfMachine();
        long begun = Clock.Now;
        WaitUntil(schedule.End, "measuring", describe, stopping);
        ProcessReading? serverAfter = ReadServer();
        double client = (Environment.CpuUsage.TotalTime - clientBefore).TotalSeconds;
        double machine = ProcessReading.OfMachine() - machineBefore;
        double seconds = (Clock.Now - begun) / (double)Clock.Second;
        progress.Clear();

        Usage? server = serverBefore is null || serverAfter is null ? null : Difference(serverBefore, serverAfter, seconds);
        return new Consumption(seconds, server, client, Math.Max(0, machine - client - (server?.CpuSeconds ?? 0)));
    }

    private static double ToMiB(double bytes) => Math.Round(bytes / (1024 * 1024), 1);

    private Usage Difference(ProcessReading before, ProcessReading after, double seconds)
    {
        _resident.Add(after.ResidentBytes);
        return new Usage(
            Math.Round(after.UserSeconds - before.UserSeconds, 2),
            Math.Round(after.SystemSeconds - before.SystemSeconds, 2),
            Math.Round((after.CpuSeconds - before.CpuSeconds) / seconds, 3),
            ToMiB(before.ResidentBytes),
            ToMiB(_resident.Average()),
            ToMiB(_resident.Max()),
            ToMiB(after.ResidentBytes),
            after.Threads);
    }

    private ProcessReading? ReadServer() => serverProcess is not { } process
        ? null
        : ProcessReading.Of(process) ?? throw new UsageException($"There is no process {process} (any more).");

    private void WaitUntil(long time, string phase, Func<string> describe, CancellationToken stopping)
    {
        while (Clock.Now is var now && now < time && !stopping.IsCancellationRequested)
        {
            TimeSpan left = TimeSpan.FromSeconds((time - now) / (double)Clock.Second);
            stopping.WaitHandle.WaitOne(left < Period ? left : Period);
            if (now >= schedule.Steady && ReadServer() is { } server)
            {
                _resident.Add(server.ResidentBytes);
            }

            progress.Show(() => $"{phase}, {left.TotalSeconds:0} s to go: {describe()}");
        }
    }
}

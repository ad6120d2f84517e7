using MediaServer.Media;

namespace MediaServer.Load;

/// <summary>Lets publishers begin, one after the other, measures, and sums up.</summary>
internal sealed class PublishRun
{
    private readonly PublishOptions _options;
    private readonly Schedule _schedule;
    private readonly PublishMeter _meter = new();
    private readonly Publisher[] _publishers;

    public PublishRun(PublishOptions options)
    {
        _options = options;
        _schedule = Schedule.Make(options.Publishers, options.PublishersPerSecond, options.Warm, options.Window);
        var pool = new SlabPool();
        _publishers = [.. Enumerable.Range(0, options.Publishers)
            .Select(i => new Publisher(options, options.NameOf(i), pool, _schedule.Start + (i * _schedule.Interval), _meter))];
    }

    /// <summary>Runs to the end.</summary>
    /// <returns>What was measured; null when it was stopped before.</returns>
    public PublishResult? Run(Progress progress, CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var loop = new PublishLoop(_publishers, _options, _meter, _schedule);
        Thread thread = LoopThread.Start("publishers", () =>
        {
            NativeSocket.RaisePriority();
            loop.Run(stop.Token);
        });
        try
        {
            Consumption? cpu = new Observer(_schedule, _options.ServerProcess, progress).Watch(Describe, stopping);
            long bytes = _meter.Bytes - _meter.BytesBefore;
            thread.Join(); // it ends at the same time by itself
            return cpu is null ? null : Summarize(cpu, bytes);
        }
        finally
        {
            stop.Cancel();
            thread.Join();
        }
    }

    private string Describe() => FormattableString.Invariant($"{_meter.Live} of {_options.Publishers} publish, {_meter.Bytes / 1e6:N0} MB so far");

    private PublishResult Summarize(Consumption cpu, long bytes) => new()
    {
        Mode = "publish",
        WindowSeconds = cpu.Seconds,
        WindowBytes = bytes,
        Cpu = cpu,
        Clients = _publishers.Length,
        Connected = _publishers.Count(publisher => publisher.HasLived),
        Failed = _publishers.Count(publisher => !publisher.HasLived),
        Disconnected = _publishers.Count(publisher => publisher is { HasLived: true, Fault: not null }),
        Faults = _publishers.Where(publisher => !publisher.HasLived || publisher.Fault is not null)
            .CountBy(publisher => publisher.Fault ?? "the server did not answer").ToDictionary(),
        Frames = _meter.Frames,
        LatenessMs = Summary.Of(_meter.Lateness),
        LongestBacklogBytes = _meter.LongestBacklog,
    };
}

using MediaServer.Media;
using MediaServer.Rtmp;

namespace MediaServer.Load;

/// <summary>Lets players in, one after the other, measures, and sums up.</summary>
internal sealed class PlayRun
{
    private readonly PlayOptions _options;
    private readonly Schedule _schedule;
    private readonly List<Player> _players = [];
    private readonly PlayMeter _crowdMeter = new();
    private readonly PlayMeter _probeMeter = new();

    public PlayRun(PlayOptions options)
    {
        _options = options;
        _schedule = Schedule.Make(options.Clients, options.ClientsPerSecond, options.Warm, options.Window);
        var pool = new SlabPool();
        int special = options.Probes + options.Stallers;
        int stallers = options.Stallers;
        for (int i = 0; i < options.Clients; i++)
        {
            bool isSpecial = (long)(i + 1) * special / options.Clients > (long)i * special / options.Clients; // spread over the ramp
            PlayerRole role = !isSpecial ? PlayerRole.Crowd : stallers-- > 0 ? PlayerRole.Staller : PlayerRole.Probe;
            PlayMeter meter = isSpecial ? _probeMeter : _crowdMeter;
            long dueAt = _schedule.Start + (i * _schedule.Interval);
            _players.Add(options.Target.Url.Scheme == "rtmp"
                ? new RtmpPlayer(options.Target, pool, dueAt, role, meter, _schedule)
                : new HttpPlayer(options.Target, dueAt, role, meter, _schedule));
        }
    }

    private int Live => _crowdMeter.Live + _probeMeter.Live;

    /// <summary>Runs to the end.</summary>
    /// <returns>What was measured; null when it was stopped before.</returns>
    public PlayResult? Run(Progress progress, CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        PlayLoop crowd = MakeLoop(player => player.Role == PlayerRole.Crowd);
        PlayLoop probes = MakeLoop(player => player.Role != PlayerRole.Crowd);
        Thread[] threads =
        [
            LoopThread.Start("crowd", () => crowd.Run(stop.Token)),
            LoopThread.Start("probes", () =>
            {
                NativeSocket.RaisePriority();
                probes.Run(stop.Token);
            }),
        ];
        try
        {
            Consumption? cpu = new Observer(_schedule, _options.ServerProcess, progress).Watch(Describe, stopping);
            Array.ForEach(threads, thread => thread.Join()); // they end at the same time by themselves
            return cpu is null ? null : Summarize(cpu, probes.BytesAfterStall);
        }
        finally
        {
            stop.Cancel();
            Array.ForEach(threads, thread => thread.Join());
        }
    }

    private PlayLoop MakeLoop(Func<Player, bool> belongs) => new([.. _players.Where(belongs)], _options, _options.Target.Address, _schedule);

    private string Describe() => FormattableString.Invariant(
        $"{Live} of {_options.Clients} players get media, {(_crowdMeter.Bytes + _probeMeter.Bytes) / 1e6:N0} MB so far");

    private PlayResult Summarize(Consumption cpu, long bytesAfterStall)
    {
        Player[] readers = [.. _players.Where(player => player.Role != PlayerRole.Staller)];
        Player[] counted = [.. readers.Where(player => player.Role == PlayerRole.Probe || !_options.Discards)];
        double expected = _options.Expected is { } clip ? GetExpectedBytes(clip, cpu.Seconds) : 0;
        long bytes = readers.Sum(player => player.MeasuredBytes);
        var firstKeyFrame = new Distribution();
        firstKeyFrame.Add(_crowdMeter.FirstKeyFrame);
        firstKeyFrame.Add(_probeMeter.FirstKeyFrame);
        return new PlayResult
        {
            Mode = _options.Target.Url.Scheme,
            WindowSeconds = cpu.Seconds,
            WindowBytes = _players.Sum(player => player.MeasuredBytes),
            Cpu = cpu,
            Clients = _players.Count,
            Connected = _players.Count(player => player.HasLived),
            Failed = _players.Count(player => !player.HasLived),
            Disconnected = readers.Count(player => player is { HasLived: true, Fault: not null }),
            Faults = _players.Where(player => !player.HasLived || player.Fault is not null)
                .CountBy(player => player.Fault ?? "no media came").ToDictionary(),
            DeliveredRatio = expected > 0 ? Math.Round(bytes / (expected * readers.Length), 4) : null,
            DeliveredRatioWorst = expected > 0 ? Math.Round(readers.Min(player => player.MeasuredBytes) / expected, 4) : null,
            FirstKeyFrameMs = Summary.Of(firstKeyFrame),
            VideoLatencyMs = Summary.Of(_probeMeter.VideoLatency),
            AudioLatencyMs = Summary.Of(_probeMeter.AudioLatency),
            VideoGapMs = Summary.Of(_probeMeter.VideoGap),
            CountedPlayers = counted.Length,
            VideoFrames = counted.Sum(player => player.Video.Frames),
            AudioFrames = counted.Sum(player => player.Audio.Frames),
            LostFrames = counted.Sum(player => player.Video.Lost + player.Audio.Lost),
            MisorderedFrames = counted.Sum(player => player.Video.Misordered + player.Audio.Misordered),
            TimestampFaults = counted.Sum(player => player.Video.TimeFaults + player.Audio.TimeFaults),
            Silences = readers.Sum(player => player.Silences),
            LongestSilenceMs = Math.Round(readers.Max(player => player.LongestSilence) / (double)Clock.Millisecond, 1),
            Stalled = SummarizeStalled(bytesAfterStall),
        };
    }

    /// <summary>What was published to each: by the numbers of the frames that a probe got, or on average.</summary>
    private double GetExpectedBytes(Clip clip, double seconds)
    {
        Player? probe = _players.Where(player => player is { Role: PlayerRole.Probe, Video.FirstNumber: not null }).MaxBy(player => player.Video.Span);
        return probe is null
            ? clip.BitsPerSecond / 8 * seconds
            : Sum(RtmpMessageType.Video, probe.Video) + Sum(RtmpMessageType.Audio, probe.Audio);

        long Sum(RtmpMessageType type, TrackMeter track) =>
            track.FirstNumber is { } first ? clip.GetPublishedBytes(type, first, track.Span) : 0;
    }

    private StallResult? SummarizeStalled(long bytesAfterStall)
    {
        Player[] stallers = [.. _players.Where(player => player.Role == PlayerRole.Staller)];
        return stallers.Length == 0 ? null : new StallResult(
            stallers.Length,
            stallers.Count(player => player.Fault is not null),
            stallers.Count(player => player.Video is { LongestJump: > 0, JumpedToKeyFrame: true }),
            stallers.Count(player => player.Video.LongestJump == 0),
            stallers.Max(player => player.Video.LongestJump),
            Math.Round(bytesAfterStall / 1e6, 1),
            Math.Round(stallers.Max(player => player.VideoAge) / (double)Clock.Millisecond, 1));
    }
}

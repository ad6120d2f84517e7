using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using MediaServer.Hub;
using MediaServer.Media;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MediaServer.Hls;

/// <summary>Offers every live stream over HLS: one segmenter each, a plain consumer of the stream on the thread pool.</summary>
/// <remarks>A segmenter's fault ends that stream's HLS alone. A stream that has ended can be fetched for a while (<see cref="HlsOptions.EndedLifetime"/>).</remarks>
public sealed class HlsService(
    StreamHub hub, IOptions<HlsOptions> options, TimeProvider timeProvider, HlsCounters counters, ILogger<HlsService> logger)
    : BackgroundService
{
    /// <summary>Frames that gather before a segmenter is woken: about a tenth of a second, which a segment of seconds does not mind.</summary>
    private const int GatheredFrames = 8;

    /// <summary>What a segmenter takes of a stream.</summary>
    internal static readonly FrameSelection Selection = new() { AllTracks = false, TrackMetadata = false };

    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);

    private readonly HlsOptions _options = options.Value;
    private readonly ConcurrentDictionary<StreamKey, HlsStream> _current = new();
    private readonly ConcurrentDictionary<(StreamKey Key, string Epoch), Run> _runs = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_options.Enabled)
        {
            return Task.CompletedTask;
        }

        hub.TopicStarted += Begin;
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        hub.TopicStarted -= Begin;
        await _stopping.CancelAsync();
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(_runs.Values.Select(run => run.Completion)).WaitAsync(cancellationToken);
        foreach (Run run in _runs.Values)
        {
            Remove(run);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _stopping.Dispose();
        base.Dispose();
    }

    /// <summary>Finds what is offered under a name now.</summary>
    internal bool TryFind(StreamKey key, [NotNullWhen(true)] out HlsStream? stream) => _current.TryGetValue(key, out stream);

    /// <summary>Finds a run of a stream, even when a later one has taken its name.</summary>
    internal bool TryFind(StreamKey key, string epoch, [NotNullWhen(true)] out HlsStream? stream)
    {
        stream = _runs.TryGetValue((key, epoch), out Run? run) ? run.Stream : null;
        return stream is not null;
    }

    internal void CountRequest(HlsRequestKind kind, int status) => counters.CountRequest(kind, status);

    internal TimeProvider TimeProvider => timeProvider;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SweepPeriod, timeProvider);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Sweep();
        }
    }

    /// <summary>Runs where the stream starts, before its first frame: so nothing is missed, and whoever asks for it finds it.</summary>
    private void Begin(StreamTopic topic)
    {
        var stream = new HlsStream(topic.Key);
        var presentation = new Presentation(stream, _options, timeProvider, counters, logger);
        Subscription subscription = topic.Subscribe(new SubscriptionOptions
        {
            Kind = "hls",
            WakeFrames = GatheredFrames,
            Policy = SlowPolicy.DropOldest, // what it gathers grows old while its publisher is silent, and is no reason to leave pictures out
            Selection = Selection,
        });
        logger.StreamBegan(stream.Key.ToString(), stream.Epoch);
        Task completion = Task.Run(() => ConsumeAsync(subscription, stream, presentation));
        _runs[(stream.Key, stream.Epoch)] = new Run(stream, presentation, completion);
        _current[stream.Key] = stream;
    }

    private async Task ConsumeAsync(Subscription subscription, HlsStream stream, Presentation presentation)
    {
        var segmenter = new Segmenter(_options, presentation, timeProvider, counters);
        try
        {
            await foreach (MediaFrame frame in subscription.ReadAllAsync(_stopping.Token))
            {
                segmenter.Add(frame, subscription.IsDiscontinuous);
            }

            segmenter.Complete();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            segmenter.Complete();
        }
#pragma warning disable CA1031 // one stream's fault is that stream's alone
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.SegmenterFailed(exception, stream.Key.ToString());
        }
        finally
        {
            segmenter.Abandon();
            subscription.Dispose();
            stream.End(timeProvider.GetTimestamp());
            logger.StreamEnded(stream.Key.ToString(), presentation.Sequence);
        }
    }

    /// <summary>Forgets ended streams: after their lifetime, and before it where they hold more than a live one may.</summary>
    private void Sweep()
    {
        long now = timeProvider.GetTimestamp();
        long held = 0;
        foreach (Run run in _runs.Values.Where(run => run.Completion.IsCompleted).OrderByDescending(run => run.Stream.EndedAt))
        {
            held += run.Stream.Snapshot?.HeldBytes ?? 0;
            if (held > _options.MaxBytes || timeProvider.GetElapsedTime(run.Stream.EndedAt, now) >= _options.EndedLifetime)
            {
                Remove(run);
            }
        }
    }

    private void Remove(Run run)
    {
        _current.TryRemove(new KeyValuePair<StreamKey, HlsStream>(run.Stream.Key, run.Stream));
        if (_runs.TryRemove((run.Stream.Key, run.Stream.Epoch), out _))
        {
            run.Presentation.Release();
        }
    }

    private sealed record Run(HlsStream Stream, Presentation Presentation, Task Completion);
}

using System.Diagnostics.CodeAnalysis;
using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>The part of a subscription that is called for every frame, and what it works with. One reader at a time.</summary>
internal sealed class FrameReader
{
    private readonly FrameLog _frames;
    private readonly LagThresholds _thresholds;
    private readonly ConfigurationSync _configuration;
    private readonly Backpressure _backpressure;
    private readonly DeliveryCounters _delivery;
    private long _breaks; // in the timeline, up to what was handed out last

    public FrameReader(Subscription subscription, SubscriptionOptions options, LagThresholds thresholds, in LogPosition start, LosslessHold? hold)
    {
        StreamTopic topic = subscription.Topic;
        TopicLog log = topic.Log;
        _frames = log.Frames;
        _thresholds = thresholds;
        _delivery = subscription.Delivery;
        _breaks = start.Breaks;
        _configuration = new ConfigurationSync(log.Configurations);
        Cursor = new LogCursor(log, start, _delivery, hold);
        Filter = new FrameFilter(topic, options.Selection, _delivery);
        Lag = new LagMonitor(thresholds, _delivery, () => topic.OnSwing(subscription));
        Gap = hold is null ? null : new LosslessGap(log, Cursor, Filter, _configuration, gap => topic.OnGap(subscription, gap));
        Account = new DeliveryAccount(options.ConfirmsDelivery, _delivery, hold, topic);
        _backpressure = new Backpressure(options.Policy, log, Cursor, Lag, Filter, _configuration, Gap, _delivery);
    }

    public LogCursor Cursor { get; }

    public LagMonitor Lag { get; }

    public FrameFilter Filter { get; }

    public DeliveryAccount Account { get; }

    /// <summary>What it lost, if it is lossless.</summary>
    public LosslessGap? Gap { get; }

    /// <inheritdoc cref="Backpressure.IsCutOff"/>
    public bool IsCutOff => _backpressure.IsCutOff;

    /// <inheritdoc cref="Subscription.IsDiscontinuous"/>
    public bool IsDiscontinuous { get; private set; }

    /// <inheritdoc cref="Subscription.TryRead"/>
    public bool TryRead([MaybeNullWhen(false)] out MediaFrame frame)
    {
        frame = null;
        while (!_backpressure.IsCutOff)
        {
            Retained answer = Cursor.TryRetain(out MediaFrame? next);
            if (answer == Retained.Empty)
            {
                _backpressure.MeetHead();
                Account.GoLive(Cursor.Offset);
                break;
            }

            if (answer == Retained.Evicted)
            {
                _backpressure.ResumeBehindTail();
                continue;
            }

            if (_backpressure.PassesOver(next!))
            {
                next!.Release();
                continue;
            }

            if (!_configuration.TryFindMissing(next!, Filter.Selection, out MediaFrame? missing))
            {
                next!.Release();
                _backpressure.ResumeBehindTail();
                continue;
            }

            if (missing is null)
            {
                HandOut(next!);
                frame = next!;
            }
            else
            {
                frame = Inject(missing, next!.Dts); // the cursor stays: next time this frame is met again
                next.Release();
            }

            return true;
        }

        return false;
    }

    /// <inheritdoc cref="Subscription.Preload"/>
    public long Preload() =>
        Cursor.Offset + Account.InFlight + (long)Lag.State + (_configuration.IsDone ? 1 : 0) + (Filter.PassesAll(hasVideo: true) ? 1 : 0);

    /// <inheritdoc cref="Subscription.TryTake"/>
    public bool TryTake(FrameRun run)
    {
        if (run.Start.Offset != Cursor.Offset
            || Lag.State != SubscriptionState.Normal
            || _thresholds.BelowWarning.IsExceeded(run.Frames[0], _frames.Newest!)
            || !_configuration.IsDone
            || !Filter.PassesAll(hasVideo: run.End.VideoFrames != run.Start.VideoFrames)
            || _breaks != run.Start.Breaks
            || Cursor.Hold is not null)
        {
            return false;
        }

        Account.HandOut(KindCounts.Between(run.Start, run.End));
        IsDiscontinuous = false;
        Cursor.MoveTo(run.End);
        return true;
    }

    /// <summary>A frame that was handed out got lost, and all that were handed out after it: begins again where decoding can.</summary>
    public void Lose(MediaFrame frame)
    {
        _configuration.Lose(frame);
        Filter.Close();
    }

    /// <summary>Wants something else of the stream from here on.</summary>
    public void Select(FrameSelection selection)
    {
        Filter.Selection = selection;
        _configuration.Redo();
    }

    /// <inheritdoc cref="Backpressure.CutOff"/>
    public void CutOff() => _backpressure.CutOff();

    private void HandOut(MediaFrame next)
    {
        LogPosition after = next.Position.After(next);
        IsDiscontinuous = after.Breaks != _breaks;
        _breaks = after.Breaks;
        _configuration.Note(next);
        Account.HandOut(next);
        Cursor.MoveTo(after);
    }

    private MediaFrame Inject(MediaFrame configuration, long dts)
    {
        IsDiscontinuous = false; // it is not from the log: the frame that follows tells
        _configuration.Note(configuration);
        _delivery.CountInjected();
        return configuration.Restamp(dts);
    }
}

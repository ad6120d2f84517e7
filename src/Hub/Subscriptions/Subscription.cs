using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>
/// A cursor into a topic's log. Hands out frames in the order they were published, each at most once, and leaves out what its decoder
/// could not show; a reader that falls behind is moved forward, so that it costs nobody anything.
/// </summary>
/// <remarks>
/// <para><b>One reader.</b> <see cref="TryRead"/>, <see cref="WaitToReadAsync"/>, <see cref="ConfirmDelivered(MediaFrame, long)"/> and <see cref="Dispose"/> are
/// called by one at a time; everything else may be read by anybody. <see cref="Dispose"/> and <see cref="ConfirmDelivered(MediaFrame, long)"/> may also come
/// while a wait is open. Each frame that is handed out carries a reference, which the reader releases.</para>
/// <para><b>Catching up.</b> From its join or a jump until its cursor first meets the head, a subscription is not held to its lag bound,
/// only to what the log still holds: a burst is no lag. After that, beyond the bound or behind the tail it jumps to the newest
/// random access point at or ahead of its cursor. When none is ahead, frames are passed over until it is within the bound, and video waits
/// for the next random access point while audio goes on.</para>
/// <para><b>Configuration</b> of the log is handed out like any frame, a repeated header too. After a join or a jump, what differs in
/// bytes from what this subscriber last got is injected before the next frame, with its DTS.</para>
/// <para><b>The sum.</b> Whenever the reader is at rest, delivered + dropped + in flight = <see cref="Cursor"/> − <see cref="Start"/>.</para>
/// </remarks>
public sealed class Subscription : ChannelReader<MediaFrame>, IDisposable
{
    private readonly StreamTopic _topic;
    private readonly TopicLog _log;
    private readonly FrameLog _frames;
    private readonly SubscriptionOptions _options;
    private readonly FrameFilter _filter;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LogPosition _position;
    private long _cursor; // the position's offset, for others to read
    private bool _isCatchingUp = true;
    private bool _mustReconcile = true; // the configuration in force at the cursor may differ from what was handed out
    private StreamConfiguration _handedOut = StreamConfiguration.Empty;
    private long _breaks; // in the timeline, up to what was handed out last
    private KindCounts _inFlight;
    private long _liveFrom = long.MaxValue; // offset of the first frame that came after the cursor had met the head
    private bool _isCutOff;
    private FrameGap? _gap;
    private ReaderWait? _wait;
    private int _finished;
    private int _disposed;

    internal Subscription(StreamTopic topic, SubscriptionOptions options, in LogPosition start)
    {
        _topic = topic;
        _log = topic.Log;
        _frames = _log.Frames;
        _options = options;
        _filter = new FrameFilter(topic, options.Selection, Delivery);
        Start = start.Offset;
        Since = topic.GetUtcNow();
        _breaks = start.Breaks;
        MoveTo(start);
    }

    /// <summary>What it reads.</summary>
    public StreamTopic Topic => _topic;

    /// <inheritdoc cref="SubscriptionOptions.Kind"/>
    public string Kind => _options.Kind;

    /// <inheritdoc cref="SubscriptionOptions.Policy"/>
    public SlowPolicy Policy => _options.Policy;

    /// <summary>When it joined.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>How it keeps up.</summary>
    public SubscriptionState State => IsCatchingUp ? SubscriptionState.CatchingUp : SubscriptionState.Normal;

    /// <summary>
    /// Whether it was beyond its bound under <see cref="SlowPolicy.Disconnect"/>: it completes without handing out any more, and its reader
    /// ends the connection.
    /// </summary>
    public bool IsCutOff => Volatile.Read(ref _isCutOff);

    /// <summary>What it gets of the stream. Set by its reader: video that was left out goes on at its next random access point.</summary>
    public FrameSelection Selection
    {
        get => _filter.Selection;
        set
        {
            _filter.Selection = value;
            _mustReconcile = true;
        }
    }

    /// <summary>
    /// Whether the timeline broke just before the frame that was handed out last: it is marked with
    /// <see cref="FrameTraits.Discontinuity"/> itself, or one that was left out or skipped before it is. For its reader.
    /// </summary>
    public bool IsDiscontinuous { get; private set; }

    /// <summary>The offset where it began.</summary>
    public long Start { get; }

    /// <summary>The offset of the next frame it looks at.</summary>
    public long Cursor => Volatile.Read(ref _cursor);

    /// <summary>Frames handed out and not yet confirmed; always 0 without <see cref="SubscriptionOptions.ConfirmsDelivery"/>.</summary>
    public long InFlight => _inFlight.Total;

    /// <summary>What became of the frames that it passed.</summary>
    public DeliveryCounters Delivery { get; } = new();

    /// <summary>How far it is behind the newest frame.</summary>
    public SubscriptionLag Lag
    {
        get
        {
            MediaFrame? oldest = FindNext(out MediaFrame? newest);
            return oldest is null
                ? default
                : new SubscriptionLag(
                    newest!.Offset + 1 - Cursor,
                    LogBound.BytesBetween(oldest, newest),
                    _topic.ToTime(newest.ReceivedAt - oldest.ReceivedAt));
        }
    }

    /// <summary>Whether it has not met the newest frame since it joined or was moved.</summary>
    public bool IsCatchingUp => Volatile.Read(ref _isCatchingUp);

    /// <summary>Its lag as a share of the bound, the worst of frames, bytes and time, from 0 to 1. While it catches up, this says nothing of its health.</summary>
    public double Fill => FindNext(out MediaFrame? newest) is { } oldest
        ? oldest.Offset > Cursor ? 1 : _log.LagBound.GetFill(oldest, newest!)
        : 0;

    /// <inheritdoc/>
    public override bool CanCount => true;

    /// <summary>Frames in the log that it has not looked at. Some of them may be left out.</summary>
    public override int Count => (int)Math.Clamp(_frames.Head - Cursor, 0, int.MaxValue);

    /// <summary>
    /// Whether there is nothing more to read and never will be: read to the end of the stream, with nothing left in flight, or disposed.
    /// Until then the log is held, so that what was taken can be sent.
    /// </summary>
    public bool IsCompleted => Volatile.Read(ref _finished) != 0;

    /// <summary>Completes, never with an error, when <see cref="IsCompleted"/> gets true.</summary>
    public override Task Completion => _completion.Task;

    /// <summary>Takes the next frame without waiting. Allocates nothing, but for configuration that it injects.</summary>
    /// <param name="frame">The frame, with a reference that is the caller's.</param>
    /// <returns>Whether there was one. When not: wait, be signalled, or see <see cref="IsCompleted"/>.</returns>
    public override bool TryRead([MaybeNullWhen(false)] out MediaFrame frame)
    {
        while (Volatile.Read(ref _disposed) == 0 && !_isCutOff)
        {
            Retained answer = _frames.TryRetain(_position.Offset, out MediaFrame? next);
            if (answer == Retained.Empty)
            {
                _isCatchingUp = false;
                _liveFrom = Math.Min(_liveFrom, _position.Offset);
                TryFinish();
                break;
            }

            if (answer == Retained.Evicted)
            {
                ResumeBehindTail();
                continue;
            }

            if (IsBeyondBound(next!))
            {
                if (Policy == SlowPolicy.Disconnect)
                {
                    CutOff();
                }
                else if (!TryJump())
                {
                    PassOver(next!);
                }

                next!.Release();
                continue;
            }

            if (_filter.Judge(next!) is { } reason)
            {
                Drop(next!, reason);
                next!.Release();
                continue;
            }

            if (_mustReconcile)
            {
                StreamConfiguration? inForce = StreamConfiguration.Empty;
                if (!next!.Is(FrameTraits.Splice) && !_log.Configurations.TryGetBefore(next.Offset, out inForce))
                {
                    next.Release();
                    ResumeBehindTail();
                    continue;
                }

                if (inForce.FindFirstMissingFrom(_handedOut, Selection) is { } missing)
                {
                    frame = Inject(missing, next.Dts); // the cursor stays: next time this frame is met again
                    next.Release();
                    return true;
                }

                _mustReconcile = false;
            }

            HandOut(next!);
            frame = next!;
            return true;
        }

        frame = null;
        return false;
    }

    /// <summary>Waits until there may be a frame to take. The reader goes on on the thread pool, never on the publisher's thread.</summary>
    /// <returns>False when there will never be one again.</returns>
    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        if (IsCompleted || TryFinish())
        {
            return ValueTask.FromResult(false);
        }

        if (IsWakeDue)
        {
            return ValueTask.FromResult(true);
        }

        _wait ??= new ReaderWait();
        ValueTask<bool> wait = _wait.Open(cancellationToken);
        _topic.Waiting.Add(this);
        if (IsWakeDue || IsCompleted)
        {
            Wake(); // it came while the wait was being opened, and may not have seen it
        }

        return wait;
    }

    /// <summary>
    /// Takes a whole run, if that is what this subscription would have handed out frame by frame: when it keeps up, stands at the run's
    /// first frame, and nothing in it is to be left out. Costs the same for any number of frames.
    /// </summary>
    /// <returns>Whether it did; else <see cref="TryRead"/> goes on frame by frame. The frames' references stay the run's.</returns>
    public bool TryTake(FrameRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.Start.Offset != _position.Offset
            || Volatile.Read(ref _disposed) != 0
            || State != SubscriptionState.Normal
            || _mustReconcile
            || _breaks != _position.Breaks
            || !_filter.PassesAll
            || _log.LagBound.IsExceeded(run.Frames[0], _frames.Newest!))
        {
            return false;
        }

        KindCounts taken = KindCounts.Between(run.Start, run.End);
        if (_options.ConfirmsDelivery)
        {
            _inFlight += taken;
        }
        else
        {
            Delivery.CountDelivered(taken);
        }

        IsDiscontinuous = false;
        MoveTo(run.End);
        return true;
    }

    /// <summary>Takes note of what was lost between the frame handed out before the last and the last, or before the end (policy <c>block</c>).</summary>
    /// <returns>Whether something was lost. Each gap is told once.</returns>
    public bool TryTakeGap(out FrameGap gap)
    {
        gap = _gap.GetValueOrDefault();
        bool isGap = _gap is not null;
        _gap = null;
        return isGap;
    }

    /// <inheritdoc cref="ConfirmDelivered(MediaFrame, long)"/>
    public void ConfirmDelivered(MediaFrame frame) => ConfirmDelivered(frame, _topic.GetTimestamp());

    /// <summary>
    /// Counts a frame as delivered, once its last byte is in the kernel. Frames are confirmed in any order; injected ones count nowhere, and
    /// may be confirmed all the same.
    /// </summary>
    /// <param name="frame">The frame.</param>
    /// <param name="sentAt">When that was: a <see cref="TimeProvider.GetTimestamp"/>.</param>
    public void ConfirmDelivered(MediaFrame frame, long sentAt)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (_options.ConfirmsDelivery && !frame.Is(FrameTraits.Injected) && Volatile.Read(ref _disposed) == 0)
        {
            ConfirmDelivered(KindCounts.Of(frame.Kind, 1), new ReadOnlySpan<MediaFrame>(in frame), sentAt);
        }
    }

    /// <summary>Counts a run as delivered that was taken and sent whole. One sent in part is answered frame by frame.</summary>
    /// <param name="run">The run.</param>
    /// <param name="sentAt">When its last byte was in the kernel: a <see cref="TimeProvider.GetTimestamp"/>.</param>
    public void ConfirmDelivered(FrameRun run, long sentAt)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (_options.ConfirmsDelivery && Volatile.Read(ref _disposed) == 0)
        {
            ConfirmDelivered(KindCounts.Between(run.Start, run.End), run.Frames, sentAt);
        }
    }

    /// <summary>Counts what was sent, for <see cref="DeliveryCounters.SendCalls"/> and <see cref="DeliveryCounters.SentBytes"/>.</summary>
    public void CountSends(long calls, long bytes) => Delivery.CountSends(calls, bytes);

    /// <summary>Its numbers of this moment.</summary>
    public SubscriberStatistics Describe() => new()
    {
        Kind = Kind,
        Name = _options.Name,
        Peer = _options.Peer,
        Since = Since,
        State = State,
        Policy = Policy,
        Fill = Fill,
        Lag = Lag,
        InFlight = InFlight,
        Delivery = Delivery.Copy(),
    };

    /// <summary>
    /// Takes a frame back that was handed out and will not reach the subscriber. It counts as <see cref="DropReason.Overrun"/>; those handed
    /// out after it must be taken back too, and what follows begins where decoding can.
    /// </summary>
    public void ReportLost(MediaFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (Volatile.Read(ref _disposed) != 0)
        {
            return;
        }

        if (_options.ConfirmsDelivery && !frame.Is(FrameTraits.Injected))
        {
            KindCounts one = KindCounts.Of(frame.Kind, 1);
            _inFlight -= one;
            Delivery.CountDropped(DropReason.Overrun, one);
        }

        if (StreamConfiguration.Holds(frame))
        {
            _handedOut = StreamConfiguration.Empty; // it has to be sent again, and twice does no harm
        }

        _filter.Close();
        _mustReconcile = true;
        FinishWithLastAnswer();
    }

    /// <summary>Leaves the stream. What was handed out and not confirmed counts as <see cref="DropReason.Disconnected"/>.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        Delivery.CountDropped(DropReason.Disconnected, _inFlight);
        _inFlight = default;
        Finish();
        Wake();
        _topic.Remove(this);
    }

    /// <summary>The head of the log at which a waiting reader is woken.</summary>
    internal long WakeOffset => Cursor + _options.WakeFrames;

    private bool IsWakeDue => _topic.IsEnded ? _frames.Head > Cursor || InFlight == 0 : _frames.Head >= WakeOffset;

    /// <summary>Ends the wait that the reader has open, if there is one.</summary>
    internal void Wake()
    {
        if (_wait is { } wait && wait.TryClaim())
        {
            wait.End(canRead: !IsCompleted && !TryFinish());
        }
    }

    private bool IsBeyondBound(MediaFrame next) => !_isCatchingUp && _log.LagBound.IsExceeded(next, _frames.Newest!);

    private void CutOff()
    {
        Volatile.Write(ref _isCutOff, true);
        Delivery.CountCutOff();
        Finish();
    }

    private void HandOut(MediaFrame next)
    {
        if (_options.ConfirmsDelivery)
        {
            _inFlight += KindCounts.Of(next.Kind, 1);
        }
        else
        {
            Delivery.CountDelivered(KindCounts.Of(next.Kind, 1));
        }

        if (StreamConfiguration.Holds(next))
        {
            _handedOut = _handedOut.With(next);
        }

        LogPosition after = next.Position.After(next);
        IsDiscontinuous = after.Breaks != _breaks;
        _breaks = after.Breaks;
        MoveTo(after);
    }

    private void ConfirmDelivered(KindCounts counts, ReadOnlySpan<MediaFrame> frames, long sentAt)
    {
        _inFlight -= counts;
        Delivery.CountDelivered(counts);
        foreach (MediaFrame frame in frames)
        {
            if (frame.Offset >= _liveFrom)
            {
                Delivery.Latency.Record(_topic.ToTime(sentAt - frame.ReceivedAt));
            }
        }

        FinishWithLastAnswer();
    }

    private MediaFrame Inject(MediaFrame configuration, long dts)
    {
        IsDiscontinuous = false; // it is not from the log: the frame that follows tells
        _handedOut = _handedOut.With(configuration);
        Delivery.CountInjected();
        return configuration.Restamp(dts);
    }

    private void Drop(MediaFrame next, DropReason reason)
    {
        Delivery.CountDropped(reason, KindCounts.Of(next.Kind, 1));
        MoveTo(next.Position.After(next));
    }

    /// <summary>Beyond the bound with no random access point ahead: leaves this frame out, and video until one comes.</summary>
    private void PassOver(MediaFrame next)
    {
        if (!_filter.IsClosed)
        {
            Delivery.CountOverrun();
        }

        if (next.Is(FrameTraits.RandomAccess)) // of another track: one of track 0 is gone on at
        {
            _filter.Restart();
        }
        else
        {
            _filter.Close();
        }

        _mustReconcile |= StreamConfiguration.Holds(next);
        Drop(next, DropReason.Overrun);
    }

    /// <summary>Goes on at the newest random access point at or ahead of the cursor, if there is one, and catches up from there.</summary>
    private bool TryJump()
    {
        if (_log.LastRandomAccess is not { } target || target.Offset < _position.Offset)
        {
            return false;
        }

        SkipTo(target.Position);
        _isCatchingUp = true;
        _liveFrom = long.MaxValue;
        return true;
    }

    /// <summary>The log no longer holds the frame at the cursor.</summary>
    private void ResumeBehindTail()
    {
        if (!TryJump())
        {
            SkipTo(_frames.TailPosition);
            _isCatchingUp = false; // from here, what is beyond the bound is passed over
        }
    }

    private void SkipTo(in LogPosition target)
    {
        Delivery.CountOverrun();
        Delivery.CountDropped(DropReason.Overrun, KindCounts.Between(_position, target));
        _filter.Restart();
        _mustReconcile = true;
        MoveTo(target);
    }

    private void MoveTo(in LogPosition position)
    {
        _position = position;
        Volatile.Write(ref _cursor, position.Offset);
    }

    /// <summary>The oldest frame not read yet that is still held, and the newest; null when there is nothing to read.</summary>
    private MediaFrame? FindNext(out MediaFrame? newest)
    {
        newest = _frames.Newest;
        return newest is null || newest.Offset < Cursor ? null : _frames.Peek(Cursor) ?? _frames.Peek(_frames.Tail);
    }

    private bool TryFinish()
    {
        if (!_topic.IsEnded || _frames.Head > _position.Offset || InFlight > 0) // in this order: after the end the head stands still
        {
            return false;
        }

        Finish();
        return true;
    }

    /// <summary>A frame that was handed out was answered: at the end of the stream, the last answer completes the subscription.</summary>
    private void FinishWithLastAnswer()
    {
        if (InFlight == 0 && TryFinish())
        {
            Wake();
        }
    }

    private void Finish()
    {
        if (Interlocked.Exchange(ref _finished, 1) == 0)
        {
            _topic.OnFinished(this);
            _completion.TrySetResult();
        }
    }
}

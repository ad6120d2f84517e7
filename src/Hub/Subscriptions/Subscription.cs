using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>
/// A cursor into a topic's log. Hands out frames in the order they were published, each at most once, and leaves out what its decoder
/// could not show; a reader that falls behind is moved forward, so that it costs nobody anything.
/// </summary>
/// <remarks>
/// <para><b>One reader.</b> <see cref="TryRead"/>, <see cref="TryTake"/>, <see cref="WaitToReadAsync"/>, the answers to what was handed out and
/// <see cref="Dispose"/> are called by one at a time; everything else may be read by anybody. <see cref="Dispose"/> and the answers may also
/// come while a wait is open. Each frame that is handed out alone carries a reference, which the reader releases.</para>
/// <para><b>Catching up.</b> From its join or a jump until its cursor first meets the head, a subscription is not held to its lag bound,
/// only to what the log still holds: a burst is no lag. After that its <see cref="SlowPolicy"/> says what it is left without, by its
/// <see cref="State"/>. Beyond the bound, <c>live</c> jumps to the newest random access point at or ahead of its cursor; when none is ahead,
/// frames are passed over until it is within the bound, and video waits for the next random access point while audio goes on.</para>
/// <para><b>Configuration</b> of the log is handed out like any frame, a repeated header too. After a join or a jump, what differs in
/// bytes from what this subscriber last got is injected before the next frame, with its DTS.</para>
/// <para><b>The sum.</b> Whenever the reader is at rest, delivered + dropped + in flight = <see cref="Cursor"/> − <see cref="Start"/>.</para>
/// </remarks>
public sealed class Subscription : ChannelReader<MediaFrame>, IDisposable
{
    private readonly SubscriptionOptions _options;
    private readonly LagThresholds _thresholds;
    private readonly FrameReader _reader;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReaderWait? _wait;
    private int _finished;
    private int _disposed;

    internal Subscription(
        StreamTopic topic, SubscriptionOptions options, LagThresholds thresholds, in LogPosition start, LosslessHold? hold)
    {
        Topic = topic;
        Start = start.Offset;
        Since = topic.GetUtcNow();
        _options = options;
        _thresholds = thresholds;
        _reader = new FrameReader(this, options, _thresholds, start, hold);
    }

    /// <summary>What it reads.</summary>
    public StreamTopic Topic { get; }

    /// <inheritdoc cref="SubscriptionOptions.Kind"/>
    public string Kind => _options.Kind;

    /// <inheritdoc cref="SubscriptionOptions.Name"/>
    public string? Name => _options.Name;

    /// <inheritdoc cref="SubscriptionOptions.Policy"/>
    public SlowPolicy Policy => _options.Policy;

    /// <summary>When it joined.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>How it keeps up: how it was at its reader's last look, or worse by now.</summary>
    public SubscriptionState State
    {
        get
        {
            SubscriptionState state = _reader.Lag.State;
            SubscriptionState byFill = state is SubscriptionState.CatchingUp or SubscriptionState.Critical ? state : _thresholds.StateAt(Fill);
            return byFill == SubscriptionState.Normal ? state : byFill;
        }
    }

    /// <summary>
    /// Whether it is beyond its bound under <see cref="SlowPolicy.Disconnect"/>, read or not: it completes without handing out any more, and
    /// its reader ends the connection.
    /// </summary>
    public bool IsCutOff =>
        _reader.IsCutOff
        || (Policy == SlowPolicy.Disconnect && _reader.Cursor.IsBeyond(IsCatchingUp ? LogBound.None : _thresholds.Full));

    /// <summary>What it gets of the stream. Set by its reader: video that was left out goes on at its next random access point.</summary>
    public FrameSelection Selection
    {
        get => _reader.Filter.Selection;
        set => _reader.Select(value);
    }

    /// <summary>
    /// Whether the timeline broke just before the frame that was handed out last: it is marked with
    /// <see cref="FrameTraits.Discontinuity"/> itself, or one that was left out or skipped before it is. For its reader.
    /// </summary>
    public bool IsDiscontinuous => _reader.IsDiscontinuous;

    /// <summary>The offset where it began.</summary>
    public long Start { get; }

    /// <summary>The offset of the next frame it looks at.</summary>
    public long Cursor => _reader.Cursor.Offset;

    /// <summary>Frames handed out and not yet confirmed; always 0 without <see cref="SubscriptionOptions.ConfirmsDelivery"/>.</summary>
    public long InFlight => _reader.Account.InFlight;

    /// <summary>What became of the frames that it passed.</summary>
    public DeliveryCounters Delivery { get; } = new();

    /// <summary>How far it is behind the newest frame.</summary>
    public SubscriptionLag Lag
    {
        get
        {
            (long frames, long bytes, long ticks) = _reader.Cursor.GetLag();
            return new SubscriptionLag(frames, bytes, Topic.ToTime(ticks));
        }
    }

    /// <summary>Whether it has not met the newest frame since it joined or jumped.</summary>
    public bool IsCatchingUp => _reader.Lag.State == SubscriptionState.CatchingUp;

    /// <summary>
    /// Its lag as a share of its bound, the worst of frames, bytes and time, from 0 to 1; of a lossless one, what is kept for it as a share
    /// of <see cref="HubOptions.BlockBytes"/>. While it catches up, this says nothing of its health.
    /// </summary>
    public double Fill => _reader.Cursor.GetFill(_thresholds.Full);

    /// <inheritdoc/>
    public override bool CanCount => true;

    /// <summary>Frames in the log that it has not looked at. Some of them may be left out.</summary>
    public override int Count => (int)Math.Clamp(Topic.Head - Cursor, 0, int.MaxValue);

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
        if (Volatile.Read(ref _disposed) == 0 && _reader.TryRead(out frame))
        {
            return true;
        }

        TryFinish();
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
        Topic.Waiting.Add(this);
        if (IsWakeDue || IsCompleted)
        {
            Wake(); // it came while the wait was being opened, and may not have seen it
        }

        return wait;
    }

    /// <summary>Reads what <see cref="TryTake"/> will read of it, so that it is in the processor's cache by then.</summary>
    /// <returns>A number that means nothing.</returns>
    public long Preload() => _reader.Preload() + Delivery.SentBytes + Delivery.Latency.Sum.Ticks;

    /// <summary>
    /// Takes a whole run, if that is what this subscription would have handed out frame by frame: when it keeps up, stands at the run's
    /// first frame, and nothing in it is to be left out. Costs the same for any number of frames.
    /// </summary>
    /// <returns>Whether it did; else <see cref="TryRead"/> goes on frame by frame. The frames' references stay the run's.</returns>
    public bool TryTake(FrameRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Volatile.Read(ref _disposed) == 0 && _reader.TryTake(run);
    }

    /// <summary>
    /// Tells what was lost between the frame that was handed out last and the one before it, or before the end (policy <c>block</c>). To be
    /// asked after each frame; each gap is told once.
    /// </summary>
    /// <returns>Whether something was lost.</returns>
    public bool TryTakeGap(out FrameGap gap)
    {
        gap = default;
        return _reader.Gap is { } gaps && gaps.TryTake(out gap);
    }

    /// <summary>
    /// Counts a frame as delivered, once its last byte is in the kernel. Frames are confirmed in any order; injected ones count nowhere, and
    /// may be confirmed all the same.
    /// </summary>
    /// <param name="frame">The frame.</param>
    /// <param name="sentAt">When that was: a <see cref="TimeProvider.GetTimestamp"/>.</param>
    public void ConfirmDelivered(MediaFrame frame, long sentAt)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (!frame.Is(FrameTraits.Injected) && Volatile.Read(ref _disposed) == 0)
        {
            _reader.Account.Confirm(frame, sentAt);
            FinishWithLastAnswer();
        }
    }

    /// <summary>Counts a run as delivered that was taken and sent whole. One sent in part is answered frame by frame.</summary>
    /// <param name="run">The run.</param>
    /// <param name="sentAt">When its last byte was in the kernel: a <see cref="TimeProvider.GetTimestamp"/>.</param>
    public void ConfirmDelivered(FrameRun run, long sentAt)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (Volatile.Read(ref _disposed) == 0)
        {
            _reader.Account.Confirm(run, sentAt);
            FinishWithLastAnswer();
        }
    }

    /// <summary>Counts what was sent, for <see cref="DeliveryCounters.SendCalls"/> and <see cref="DeliveryCounters.SentBytes"/>.</summary>
    public void CountSends(long calls, long bytes) => Delivery.CountSends(calls, bytes);

    /// <summary>Its numbers of this moment.</summary>
    public SubscriberStatistics Describe() => new()
    {
        Kind = Kind,
        Name = Name,
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

        if (!frame.Is(FrameTraits.Injected))
        {
            _reader.Account.Lose(frame);
        }

        _reader.Lose(frame);
        FinishWithLastAnswer();
    }

    /// <summary>Hands nothing out any more, because its subscriber takes nothing: it completes, and counts as cut off.</summary>
    public void CutOff()
    {
        _reader.CutOff();
        TryFinish();
    }

    /// <summary>Leaves the stream. What was handed out and not confirmed counts as <see cref="DropReason.Disconnected"/>.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (IsCutOff)
        {
            _reader.CutOff(); // it may not have been read any more
        }

        _reader.Account.Close();
        Finish();
        Wake();
        Topic.Remove(this);
    }

    /// <summary>What keeps the log for it, if it is lossless.</summary>
    internal LosslessHold? Hold => _reader.Cursor.Hold;

    /// <summary>The head of the log at which a waiting reader is woken.</summary>
    internal long WakeOffset => Cursor + _options.WakeFrames;

    private bool IsWakeDue => Topic.IsEnded ? Topic.Head > Cursor || InFlight == 0 : Topic.Head >= WakeOffset;

    /// <summary>Ends the wait that the reader has open, if there is one.</summary>
    internal void Wake()
    {
        if (_wait is { } wait && wait.TryClaim())
        {
            wait.End(canRead: !IsCompleted && !TryFinish());
        }
    }

    private bool TryFinish()
    {
        bool isAtEnd = Topic.IsEnded && Topic.Head == Cursor && InFlight == 0; // in this order: after the end the head stands still
        if (!isAtEnd && !_reader.IsCutOff)
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
            _reader.Gap?.End();
            Topic.OnFinished(this);
            _completion.TrySetResult();
        }
    }
}

using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>
/// What keeps a log's tail where a lossless subscription stands, until its backlog is over a budget: then the publisher takes it away. The
/// backlog is what the subscription has not read, and what it has taken and not given back.
/// </summary>
/// <remarks>Written by one reader, but for <see cref="IsLost"/>, which the publisher sets and the reader clears.</remarks>
internal sealed class LosslessHold
{
    /// <summary>What a frame is charged beside its bytes: its object, which many small frames make the larger part.</summary>
    private const int ObjectBytes = 256;

    private readonly FrameLog _frames;
    private readonly LosslessBudget _budget;
    private long _offset;
    private long _passedCharge; // of everything before the cursor
    private long _takenCharge;
    private long _counted; // what the budget knows of
    private bool _isLost;

    /// <summary>Writer: holds all there is. The backlog counts from the first <see cref="MoveTo"/> on.</summary>
    public LosslessHold(FrameLog frames, long limitBytes, LosslessBudget budget)
    {
        _frames = frames;
        _budget = budget;
        LimitBytes = limitBytes;
        _offset = frames.Tail;
        _passedCharge = ChargeBefore(frames.HeadPosition);
        budget.Join();
    }

    /// <summary>How much the backlog may be.</summary>
    public long LimitBytes { get; }

    /// <summary>Whether it has been taken away, and nothing is kept.</summary>
    public bool IsLost => Volatile.Read(ref _isLost);

    /// <summary>The oldest offset that is kept.</summary>
    public long Offset => IsLost ? long.MaxValue : Volatile.Read(ref _offset);

    /// <summary>Memory that is kept for the subscription.</summary>
    public long BacklogBytes =>
        Volatile.Read(ref _takenCharge) + (IsLost ? 0 : Math.Max(ChargeBefore(_frames.HeadPosition) - Volatile.Read(ref _passedCharge), 0));

    /// <summary>Writer, after a frame was appended: takes the hold away when the backlog is over a budget.</summary>
    public void Check()
    {
        long backlog = Count();
        if (!IsLost && (backlog > LimitBytes || _budget.IsExceededBy(backlog)))
        {
            Volatile.Write(ref _isLost, true);
            Count();
        }
    }

    /// <summary>Reader: what is before is needed no more.</summary>
    public void MoveTo(in LogPosition position)
    {
        Volatile.Write(ref _passedCharge, ChargeBefore(position));
        Volatile.Write(ref _offset, position.Offset);
        Count();
    }

    /// <summary>Reader: holds again, from where it stands.</summary>
    public void Regain() => Volatile.Write(ref _isLost, false);

    /// <summary>Reader: a frame was handed out, and will be answered.</summary>
    public void Take(MediaFrame frame) => Volatile.Write(ref _takenCharge, _takenCharge + frame.Charge + ObjectBytes);

    /// <summary>Reader: a frame was answered.</summary>
    public void GiveBack(MediaFrame frame)
    {
        Volatile.Write(ref _takenCharge, _takenCharge - frame.Charge - ObjectBytes);
        Count();
    }

    /// <summary>The subscription is gone, and all that it has taken.</summary>
    public void End()
    {
        _budget.Add(-Interlocked.Exchange(ref _counted, 0));
        _budget.Leave();
    }

    private static long ChargeBefore(in LogPosition position) => position.Charge + (position.Offset * ObjectBytes);

    /// <summary>Tells the budget what the backlog is now. From reader and writer: the differences add up whoever comes first.</summary>
    private long Count()
    {
        long backlog = BacklogBytes;
        long change = backlog - Interlocked.Exchange(ref _counted, backlog);
        if (change != 0)
        {
            _budget.Add(change);
        }

        return backlog;
    }
}

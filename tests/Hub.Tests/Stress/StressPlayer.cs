using MediaServer.Media;

namespace MediaServer.Hub.Tests.Stress;

/// <summary>
/// A player as a shard has them: takes runs or single frames, holds what is on its way, sends it or loses it, and now and then leaves and
/// comes back with another policy.
/// </summary>
internal sealed class StressPlayer
{
    private readonly StreamTopic _topic;
    private readonly Random _random;
    private readonly StressTally _tally;
    private readonly Queue<MediaFrame> _held = new();
    private StressCheck _check = new();
    private int _standsStill; // walks

    public StressPlayer(StreamTopic topic, Random random, StressTally tally)
    {
        _topic = topic;
        _random = random;
        _tally = tally;
        Subscription = Join();
    }

    public Subscription Subscription { get; private set; }

    public bool IsDone => Subscription.IsCompleted && _held.Count == 0 && _topic.IsEnded;

    public void Visit(FrameRun run)
    {
        if (_standsStill > 0 && !_topic.IsEnded)
        {
            _standsStill--;
            return;
        }

        switch (_random.Next(400))
        {
            case 0:
                _standsStill = _random.Next(300);
                break;
            case 1:
                LoseAll();
                break;
            case 2:
                Subscription.Selection = new FrameSelection { Video = _random.Next(2) == 0 };
                break;
            case 3 when !_topic.IsEnded:
                Leave();
                Subscription = Join();
                break;
        }

        if (Subscription.IsCutOff && !_topic.IsEnded)
        {
            Leave();
            Subscription = Join();
        }

        Send(_random.Next(_held.Count + 1));
        if (_held.Count > 0 || !TryTake(run))
        {
            for (int i = _random.Next(40); i > 0 && Subscription.TryRead(out MediaFrame? frame); i--)
            {
                _held.Enqueue(frame);
            }
        }

        if (_topic.IsEnded)
        {
            Send(_held.Count); // without it the end never comes
        }
    }

    public void Leave()
    {
        Subscription.Dispose();
        while (_held.TryDequeue(out MediaFrame? frame))
        {
            Assert.True(FrameMaker.IsIntact(frame), $"frame {frame.Offset} was overwritten while it was held");
            frame.Release();
        }

        _tally.Add(Subscription, _check);
        _check = new StressCheck();
    }

    private Subscription Join() => _topic.Subscribe(new SubscriptionOptions
    {
        Kind = "player",
        Join = (JoinMode)_random.Next(3),
        Back = TimeSpan.FromMilliseconds(_random.Next(100)),
        ConfirmsDelivery = true,
        Policy = (SlowPolicy)_random.Next(Enum.GetValues<SlowPolicy>().Length),
        Limit = _random.Next(2) == 0 ? default : new LagLimit(Frames: _random.Next(8, 60)),
    });

    /// <summary>Takes the run, and sends all of it, or some of it.</summary>
    private bool TryTake(FrameRun run)
    {
        if (run.Count == 0 || !Subscription.TryTake(run))
        {
            return false;
        }

        _tally.CountRun();
        if (_random.Next(2) == 0)
        {
            foreach (MediaFrame frame in run.Frames)
            {
                _check.Accept(frame);
            }

            Subscription.ConfirmDelivered(run, TimeProvider.System.GetTimestamp());
            return true;
        }

        foreach (MediaFrame frame in run.Frames)
        {
            Assert.True(frame.TryRetain());
            _held.Enqueue(frame);
        }

        return true;
    }

    private void Send(int count)
    {
        for (; count > 0; count--)
        {
            MediaFrame frame = _held.Dequeue();
            _check.Accept(frame);
            Subscription.ConfirmDelivered(frame);
            frame.Release();
        }
    }

    private void LoseAll()
    {
        while (_held.TryDequeue(out MediaFrame? frame))
        {
            Subscription.ReportLost(frame);
            frame.Release();
        }
    }
}

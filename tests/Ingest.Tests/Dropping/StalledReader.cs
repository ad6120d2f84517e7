using MediaServer.Hub;
using MediaServer.Media;

namespace MediaServer.Ingest.Tests.Dropping;

/// <summary>
/// A subscriber that stalls by a pattern. It takes frames one by one or in runs. One that confirms is like a socket: what it takes lies there
/// for a while, then is sent, and all of it is lost now and then.
/// </summary>
internal sealed class StalledReader
{
    private readonly Random _random;
    private readonly StallPattern _pattern;
    private readonly Subscription _subscription;
    private readonly FrameRun _run = new(FrameEnvelope.Flv);
    private readonly Queue<MediaFrame> _taken = new();
    private readonly List<ReceivedFrame> _received = [];
    private readonly bool _confirms;
    private readonly bool _takesRuns;
    private long _last = -1;

    /// <param name="random">Decides all that is left open.</param>
    /// <param name="topic">What it reads.</param>
    /// <param name="policy">What is to become of it when it is too slow.</param>
    public StalledReader(Random random, StreamTopic topic, SlowPolicy policy)
    {
        _random = random;
        _pattern = new StallPattern(random);
        _confirms = random.Next(2) == 0;
        _takesRuns = random.Next(2) == 0;
        _subscription = topic.Subscribe(new SubscriptionOptions
        {
            Kind = "test",
            Join = (JoinMode)random.Next(3),
            Back = TimeSpan.FromSeconds(random.Next(4)),
            ConfirmsDelivery = _confirms,
            Policy = policy,
            Limit = random.Next(4) == 0 ? default : new LagLimit(Frames: random.Next(8, 30)),
        });
    }

    /// <summary>What has reached it.</summary>
    public IReadOnlyList<ReceivedFrame> Received => _received;

    public DeliveryCounters Delivery => _subscription.Delivery;

    public SlowPolicy Policy => _subscription.Policy;

    public bool IsCutOff => _subscription.IsCutOff;

    /// <summary>Runs that it took whole.</summary>
    public int Runs { get; private set; }

    public void Step()
    {
        Read(_pattern.Step(_subscription.Fill));
        if (_confirms && _random.Next(300) == 0)
        {
            LoseAll();
        }

        if (_random.Next(400) == 0)
        {
            bool watches = _random.Next(3) > 0;
            _subscription.Selection = new FrameSelection { Video = watches, Audio = !watches || _random.Next(3) > 0 };
        }
    }

    /// <summary>Reads what is left after the end of the stream, or does not care to, and leaves.</summary>
    public void Leave()
    {
        if (_random.Next(3) > 0)
        {
            Read(int.MaxValue);
        }

        for (int i = _random.Next(_taken.Count + 1); i > 0; i--)
        {
            SendNext();
        }

        _subscription.Dispose();
        while (_taken.TryDequeue(out MediaFrame? frame))
        {
            frame.Release();
        }

        AssertSum();
        Assert.Equal(0, _subscription.InFlight);
        Assert.Equal(_received.Count, Delivery.Delivered.Total + _received.Count(frame => frame.IsInjected));
    }

    private void Read(int atMost)
    {
        int taken = 0;
        while (taken < atMost)
        {
            if (_takesRuns && atMost > 1 && TryTakeRun())
            {
                taken += _run.Count;
            }
            else if (_subscription.TryRead(out MediaFrame? frame))
            {
                _taken.Enqueue(frame);
                taken++;
            }
            else
            {
                break;
            }

            AssertSum();
            while (_taken.Count > 0 && (!_confirms || _random.Next(3) > 0))
            {
                SendNext();
            }
        }

        _run.Clear();
        AssertSum();
    }

    private bool TryTakeRun()
    {
        _subscription.Topic.Fill(_run, _subscription.Cursor);
        if (_run.Count == 0 || !_subscription.TryTake(_run))
        {
            return false;
        }

        foreach (MediaFrame frame in _run.Frames)
        {
            Assert.True(frame.TryRetain());
            _taken.Enqueue(frame);
        }

        Runs++;
        return true;
    }

    private void SendNext()
    {
        MediaFrame frame = _taken.Dequeue();
        var received = ReceivedFrame.CopyOf(frame);
        if (!received.IsInjected)
        {
            Assert.True(received.Offset > _last, $"{received} came after {_last}");
            _last = received.Offset;
        }

        _received.Add(received);
        _subscription.ConfirmDelivered(frame, frame.ReceivedAt);
        frame.Release();
        AssertSum();
    }

    private void LoseAll()
    {
        while (_taken.TryDequeue(out MediaFrame? frame))
        {
            _subscription.ReportLost(frame);
            frame.Release();
            AssertSum();
        }
    }

    /// <summary>Promise 5: delivered + dropped + in flight = cursor − start.</summary>
    private void AssertSum() => Assert.Equal(
        _subscription.Cursor - _subscription.Start, Delivery.Delivered.Total + Delivery.Dropped.Total + _subscription.InFlight);
}

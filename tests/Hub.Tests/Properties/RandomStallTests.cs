using MediaServer.Media;
using MediaServer.TestKit;
using Xunit.Abstractions;

namespace MediaServer.Hub.Tests;

/// <summary>Promises 2 to 6 on hundreds of streams, with readers of every policy that stall, crawl, choose, leave and come back as it pleases them.</summary>
public sealed class RandomStallTests(ITestOutputHelper output)
{
    private const int Streams = 250;
    private const int StreamFrames = 1_000;

    [Fact]
    public void Every_frame_is_accounted_for_and_can_be_decoded_however_readers_stall()
    {
        var seen = new DeliveryCounters();
        var promptly = new DeliveryCounters();
        long runs = 0;
        for (int seed = 0; seed < Streams; seed++)
        {
            try
            {
                var run = new Run(seed);
                run.Play();
                run.Dispose(); // only if all went well: its leak check would hide what went wrong
                seen.Add(run.Seen);
                promptly.Add(run.Prompt);
                runs += run.Runs;
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Stream {seed}: {exception.Message}", exception);
            }
        }

        output.WriteLine($"delivered {seen.Delivered}, overruns {seen.Overruns}, injected {seen.Injected}, no-keyframe {seen.NoKeyframeStarts}");
        foreach (DropReason reason in Enum.GetValues<DropReason>())
        {
            output.WriteLine($"{reason}: {seen.GetDropped(reason)}");
            Assert.True(seen.GetDropped(reason).Video > 0, $"no stream has made a reader drop video because of {reason}: the test tests nothing");
        }

        Assert.True(runs > 20 * Streams, $"{runs} runs");
        Assert.True(seen.Injected > Streams && seen.Overruns > Streams && seen.NoKeyframeStarts > 0);
        Assert.True(seen.CutOffs > 0 && seen.Swings > 0 && Enum.GetValues<SubscriptionState>().All(state => seen.GetTransitions(state) > 0));
        Assert.Equal((0, 0), (promptly.Overruns, promptly.GetDropped(DropReason.Overrun).Total + promptly.GetDropped(DropReason.Disposable).Total));
    }

    /// <summary>One stream and its readers, in one thread: whatever happens in the hub happens in steps that can be repeated by the seed.</summary>
    private sealed class Run : IDisposable
    {
        private readonly Random _random;
        private readonly LeakCheckingPool _slabs = new();
        private readonly ManualTimeProvider _time = new();
        private readonly FrameMaker _maker;
        private readonly SyntheticStream _stream;
        private readonly HubOptions _options;
        private readonly Publication _publication;
        private readonly List<Reader> _readers = [];
        private readonly FrameRun _run = new(FrameEnvelope.Rtmp);
        private Reader? _prompt;
        private bool _mayHold;

        public Run(int seed)
        {
            _random = new Random(seed);
            _maker = new FrameMaker(_slabs.Pool, _time);
            _stream = new SyntheticStream(_random, StreamFrames);
            int lagFrames = _random.Next(16, 128);
            var lagTime = TimeSpan.FromSeconds(_random.Next(3, 10)); // above the publisher's longest pause
            int lagBytes = _random.Next(300_000, 1_000_000);
            double warning = 0.2 + (0.6 * _random.NextDouble());
            _options = new HubOptions
            {
                RecoveryFill = warning * 0.8,
                WarningFill = warning,
                CriticalFill = warning + ((1 - warning) * _random.NextDouble()),
                RecoveryTime = TimeSpan.FromMilliseconds(_random.Next(2_000)),
                LagFrames = lagFrames,
                LagBytes = lagBytes,
                LagTime = lagTime,
                BudgetFrames = lagFrames + _random.Next(600),
                BudgetBytes = (2 * lagBytes) + _random.Next(4_000_000),
                BudgetTime = lagTime + TimeSpan.FromSeconds(_random.Next(20)),
                BlockBytes = _random.Next(300_000, 3_000_000),
                BlockTotalBytes = 3_000_000,
            };
            _publication = new StreamHub(_options, _time).TryPublish(TestStream.Key, out _)!;
        }

        public DeliveryCounters Seen { get; } = new();

        public DeliveryCounters Prompt { get; } = new();

        public long Runs { get; private set; }

        private StreamTopic Topic => _publication.Topic;

        public void Play()
        {
            int promptJoins = _random.Next(StreamFrames / 2);
            for (int i = 0; i < _stream.Steps.Count; i++)
            {
                if (_readers.Count < 4 && _random.Next(40) == 0)
                {
                    _readers.Add(new Reader(_random, _stream, Topic, _run, (SlowPolicy)_random.Next(6)));
                }

                if (i == promptJoins)
                {
                    _prompt = new Reader(_random, _stream, Topic, _run, SlowPolicy.Live, isLimited: false);
                    _prompt.Read(int.MaxValue); // or the budget may take its join point with the next frame
                }

                SyntheticStream.Step step = _stream.Steps[i];
                _time.Advance(step.Pause);
                _publication.Publish(step.IsConfiguration
                    ? _maker.CreateOwned(step.Info, step.Mark, step.LengthBytes)
                    : _maker.Create(step.Info, step.Mark, step.LengthBytes));
                AssertMemoryIsBounded();

                _prompt?.Read(int.MaxValue);
                foreach (Reader reader in _readers)
                {
                    reader.Step();
                }

                foreach (Reader gone in _readers.Where(_ => _random.Next(1_000) == 0).ToArray())
                {
                    Leave(gone);
                }
            }

            int lastKeyFrame = _stream.Steps.ToList().FindLastIndex(step =>
                step.Info is { Kind: MediaKind.Video, TrackId: 0, Traits: FrameTraits.RandomAccess });
            _publication.Dispose();
            foreach (Reader reader in _readers)
            {
                bool mustSee = lastKeyFrame >= Topic.Log.LiveTail && lastKeyFrame >= reader.Cursor && reader.Selection.Video && !reader.MayBeCutOff;
                reader.Read(int.MaxValue);
                reader.SendAll();
                Assert.True(reader.IsCompleted);
                Assert.True(!mustSee || reader.HasDecoded(lastKeyFrame), $"the last key frame, {lastKeyFrame}, was in the log and did not come");
            }
        }

        public void Dispose()
        {
            if (_prompt is not null)
            {
                Prompt.Add(_prompt.Leave());
            }

            _readers.ToList().ForEach(Leave);
            _publication.Dispose();
            _maker.Dispose();
            _slabs.Dispose();
        }

        private void Leave(Reader reader)
        {
            Seen.Add(reader.Leave());
            Runs += reader.Runs;
            _readers.Remove(reader);
        }

        private void AssertMemoryIsBounded()
        {
            _mayHold |= _readers.Any(reader => reader.Policy == SlowPolicy.Block); // what was held goes little by little
            const int InUseAtBothEnds = 4; // slabs that are charged to a frame already gone, or whose first frame is not published yet
            long budget = _mayHold ? Math.Max(_options.BudgetBytes, _options.BlockBytes) : _options.BudgetBytes;
            Assert.InRange(Topic.Head - Topic.Log.LiveTail, 0, _options.BudgetFrames);
            Assert.InRange(_slabs.Outstanding * Slab.LengthBytes, 0, budget + (InUseAtBothEnds * Slab.LengthBytes));
            Assert.True(_mayHold || Topic.Tail == Topic.Log.LiveTail);
        }
    }

    /// <summary>
    /// A reader with moods: some frames a step, none for a long while, all at once. One that confirms is like a socket: what it takes waits
    /// to be sent, is sent later, and is lost now and then.
    /// </summary>
    private sealed class Reader
    {
        private readonly Random _random;
        private readonly StrictDecoder _decoder;
        private readonly Subscription _subscription;
        private readonly FrameRun _run;
        private readonly bool _confirms;
        private readonly bool _chooses;
        private readonly Queue<(MediaFrame Frame, Received Content, FrameSelection Selection, bool IsNoKeyframeStart)> _taken = new();
        private int _idleSteps;
        private long _noKeyframeStarts;
        private long _lost;
        private long _gaps;

        public Reader(Random random, SyntheticStream stream, StreamTopic topic, FrameRun run, SlowPolicy policy, bool isLimited = true)
        {
            _random = random;
            _run = run;
            _decoder = new StrictDecoder(stream);
            _confirms = random.Next(2) == 0;
            _chooses = random.Next(3) == 0;
            _subscription = topic.Subscribe(new SubscriptionOptions
            {
                Kind = "test",
                Join = (JoinMode)random.Next(3),
                Back = TimeSpan.FromSeconds(random.Next(10)),
                Policy = policy,
                Limit = isLimited && random.Next(4) == 0 ? new LagLimit(Frames: random.Next(10, 100)) : default,
                ConfirmsDelivery = _confirms,
            });
        }

        public long Cursor => _subscription.Cursor;

        public FrameSelection Selection => _subscription.Selection;

        public SlowPolicy Policy => _subscription.Policy;

        public long Runs { get; private set; }

        public bool MayBeCutOff => Policy == SlowPolicy.Disconnect;

        public bool IsCompleted => _subscription.IsCompleted;

        public bool HasDecoded(int offset) => _decoder.HasDecoded(offset);

        public void Step()
        {
            if (_idleSteps > 0)
            {
                _idleSteps--;
                return;
            }

            switch (_random.Next(60))
            {
                case 0:
                    _idleSteps = _random.Next(400);
                    break;
                case 3 or 4 or 5:
                    _idleSteps = _random.Next(60); // some of a bound
                    break;
                case 1 when _confirms:
                    LoseAll();
                    break;
                case 2 when _chooses:
                    _subscription.Selection = new FrameSelection
                    {
                        Audio = _random.Next(3) > 0,
                        Video = _random.Next(3) > 0,
                        AllTracks = _random.Next(3) > 0,
                    };
                    break;
                case < 20:
                    Read(_random.Next(3)); // too slow
                    break;
                default:
                    Read(_random.Next(1, 30));
                    break;
            }
        }

        public void Read(int atMost)
        {
            for (int i = 0; i < atMost && (TryTakeRun() || TryTakeFrame()); i++)
            {
                AssertSum();
                _gaps += _subscription.TryTakeGap(out FrameGap gap) ? gap.To - gap.From : 0;
                while (_taken.Count > 0 && (!_confirms || _random.Next(3) > 0))
                {
                    SendNext();
                }
            }

            Assert.InRange(_subscription.Fill, 0, 1);
            AssertSum();
        }

        public void SendAll()
        {
            while (_taken.Count > 0)
            {
                SendNext();
            }
        }

        public DeliveryCounters Leave()
        {
            _subscription.Dispose();
            Assert.Equal(0, _subscription.InFlight);
            Received.AssertSum(_subscription);
            _gaps += _subscription.TryTakeGap(out FrameGap gap) ? gap.To - gap.From : 0;
            AssertReasons(_subscription.Delivery);
            return _subscription.Delivery;
        }

        private bool TryTakeFrame()
        {
            if (!_subscription.TryRead(out MediaFrame? frame))
            {
                return false;
            }

            bool isNoKeyframeStart = _subscription.Delivery.NoKeyframeStarts > _noKeyframeStarts;
            _noKeyframeStarts = _subscription.Delivery.NoKeyframeStarts;
            _taken.Enqueue((frame, Received.From(frame), Selection, isNoKeyframeStart));
            frame.Release();
            return true;
        }

        private bool TryTakeRun()
        {
            if (_random.Next(3) > 0)
            {
                return false;
            }

            _subscription.Topic.Fill(_run, Cursor);
            bool isTaken = _run.Count > 0 && _subscription.TryTake(_run);
            bool isSentWhole = isTaken && _confirms && _taken.Count == 0 && _random.Next(2) == 0;
            foreach (MediaFrame frame in isTaken ? _run.Frames : [])
            {
                if (isSentWhole)
                {
                    _decoder.Accept(Received.From(frame), Selection);
                }
                else
                {
                    _taken.Enqueue((frame, Received.From(frame), Selection, false));
                }
            }

            if (isSentWhole)
            {
                _subscription.ConfirmDelivered(_run, 0);
            }

            Runs += isTaken ? 1 : 0;
            _run.Clear();
            return isTaken;
        }

        /// <summary>What was dropped was dropped because of what its policy says, and no audio to save video.</summary>
        private void AssertReasons(DeliveryCounters delivery)
        {
            DropReason[] byPolicy = Policy switch
            {
                SlowPolicy.Live => [DropReason.Overrun, DropReason.Disposable],
                SlowPolicy.DropOldest => [DropReason.Overrun],
                SlowPolicy.DropNewest => [DropReason.Overrun, DropReason.Policy],
                SlowPolicy.Sample => [DropReason.Overrun, DropReason.Sampled],
                SlowPolicy.Block => [DropReason.Policy],
                _ => [],
            };
            DropReason[] byAny = [DropReason.Leading, DropReason.UntilKeyframe, DropReason.Filtered, DropReason.Disconnected];
            foreach (DropReason other in Enum.GetValues<DropReason>().Except(byPolicy).Except(byAny))
            {
                Assert.Equal(other == DropReason.Overrun ? _lost : 0, delivery.GetDropped(other).Total);
            }

            DropReason[] videoOnly = [DropReason.Leading, DropReason.UntilKeyframe, DropReason.Disposable];
            Assert.All(videoOnly, reason => Assert.Equal(0, delivery.GetDropped(reason).Audio));
            Assert.True(Policy != SlowPolicy.Block || delivery.GetDropped(DropReason.Policy).Total == _gaps, "what a lossless reader lost is not what its gaps say");
        }

        private void SendNext()
        {
            (MediaFrame frame, Received content, FrameSelection selection, bool isNoKeyframeStart) = _taken.Dequeue();
            if (isNoKeyframeStart)
            {
                _decoder.AllowUntilKeyFrame();
            }

            _decoder.Accept(content, selection);
            _subscription.ConfirmDelivered(frame);
            AssertSum();
        }

        private void LoseAll()
        {
            while (_taken.TryDequeue(out (MediaFrame Frame, Received Content, FrameSelection Selection, bool IsNoKeyframeStart) lost))
            {
                _subscription.ReportLost(lost.Frame);
                _lost += lost.Content.IsInjected ? 0 : 1;
                AssertSum();
            }
        }

        private void AssertSum()
        {
            Received.AssertSum(_subscription);
            if (_confirms)
            {
                Assert.Equal(_taken.Count(taken => !taken.Content.IsInjected), _subscription.InFlight);
                Assert.Equal(_decoder.Count, _subscription.Delivery.Delivered.Total);
            }
        }
    }
}

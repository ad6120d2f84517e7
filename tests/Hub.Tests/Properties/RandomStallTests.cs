using MediaServer.Media;
using MediaServer.TestKit;
using Xunit.Abstractions;

namespace MediaServer.Hub.Tests;

/// <summary>Promises 2, 4, 5 and 6 on hundreds of streams, with readers that stall, crawl, choose, leave and come back as it pleases them.</summary>
public sealed class RandomStallTests(ITestOutputHelper output)
{
    private const int Streams = 250;
    private const int StreamFrames = 1_000;

    [Fact]
    public void Every_frame_is_accounted_for_and_can_be_decoded_however_readers_stall()
    {
        var seen = new DeliveryCounters();
        var promptly = new DeliveryCounters();
        for (int seed = 0; seed < Streams; seed++)
        {
            try
            {
                var run = new Run(seed);
                run.Play();
                run.Dispose(); // only if all went well: its leak check would hide what went wrong
                seen.Add(run.Seen);
                promptly.Add(run.Prompt);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Stream {seed}: {exception.Message}", exception);
            }
        }

        output.WriteLine($"delivered {seen.Delivered}, overruns {seen.Overruns}, injected {seen.Injected}, no-keyframe {seen.NoKeyframeStarts}");
        DropReason[] reasons = [DropReason.Leading, DropReason.UntilKeyframe, DropReason.Overrun, DropReason.Filtered, DropReason.Disconnected];
        foreach (DropReason reason in reasons)
        {
            output.WriteLine($"{reason}: {seen.GetDropped(reason)}");
            Assert.True(seen.GetDropped(reason).Video > 0, $"no stream has made a reader drop video because of {reason}: the test tests nothing");
        }

        Assert.True(seen.Injected > Streams && seen.Overruns > Streams && seen.NoKeyframeStarts > 0);
        Assert.Equal((0, 0), (seen.GetDropped(DropReason.Leading).Audio, seen.GetDropped(DropReason.UntilKeyframe).Audio)); // promise 3
        Assert.Equal((0, 0), (promptly.Overruns, promptly.GetDropped(DropReason.Overrun).Total));
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
        private Reader? _prompt;

        public Run(int seed)
        {
            _random = new Random(seed);
            _maker = new FrameMaker(_slabs.Pool, _time);
            _stream = new SyntheticStream(_random, StreamFrames);
            int lagFrames = _random.Next(16, 128);
            var lagTime = TimeSpan.FromSeconds(_random.Next(3, 10)); // above the publisher's longest pause
            int lagBytes = _random.Next(300_000, 1_000_000);
            _options = new HubOptions
            {
                LagFrames = lagFrames,
                LagBytes = lagBytes,
                LagTime = lagTime,
                BudgetFrames = lagFrames + _random.Next(600),
                BudgetBytes = (2 * lagBytes) + _random.Next(4_000_000),
                BudgetTime = lagTime + TimeSpan.FromSeconds(_random.Next(20)),
            };
            _publication = new StreamHub(_options, _time).TryPublish(TestStream.Key, out _)!;
        }

        public DeliveryCounters Seen { get; } = new();

        public DeliveryCounters Prompt { get; } = new();

        private StreamTopic Topic => _publication.Topic;

        public void Play()
        {
            int promptJoins = _random.Next(StreamFrames / 2);
            for (int i = 0; i < _stream.Steps.Count; i++)
            {
                if (_readers.Count < 4 && _random.Next(40) == 0)
                {
                    _readers.Add(new Reader(_random, _stream, Topic));
                }

                if (i == promptJoins)
                {
                    _prompt = new Reader(_random, _stream, Topic);
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
                bool mustSee = lastKeyFrame >= Topic.Tail && lastKeyFrame >= reader.Cursor && reader.Selection.Video;
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
            _readers.Remove(reader);
        }

        private void AssertMemoryIsBounded()
        {
            const int InUseAtBothEnds = 4; // slabs that are charged to a frame already gone, or whose first frame is not published yet
            Assert.InRange(Topic.Head - Topic.Tail, 0, _options.BudgetFrames);
            Assert.InRange(_slabs.Outstanding * Slab.LengthBytes, 0, _options.BudgetBytes + (InUseAtBothEnds * Slab.LengthBytes));
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
        private readonly bool _confirms;
        private readonly bool _chooses;
        private readonly Queue<(MediaFrame Frame, Received Content, FrameSelection Selection, bool IsNoKeyframeStart)> _taken = new();
        private int _idleSteps;
        private long _noKeyframeStarts;

        public Reader(Random random, SyntheticStream stream, StreamTopic topic)
        {
            _random = random;
            _decoder = new StrictDecoder(stream);
            _confirms = random.Next(2) == 0;
            _chooses = random.Next(3) == 0;
            _subscription = topic.Subscribe(new SubscriptionOptions
            {
                Kind = "test",
                Join = (JoinMode)random.Next(3),
                Back = TimeSpan.FromSeconds(random.Next(10)),
                ConfirmsDelivery = _confirms,
            });
        }

        public long Cursor => _subscription.Cursor;

        public FrameSelection Selection => _subscription.Selection;

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
                case < 30:
                    Read(_random.Next(3)); // too slow
                    break;
                default:
                    Read(_random.Next(1, 30));
                    break;
            }
        }

        public void Read(int atMost)
        {
            for (int i = 0; i < atMost && _subscription.TryRead(out MediaFrame? frame); i++)
            {
                bool isNoKeyframeStart = _subscription.Delivery.NoKeyframeStarts > _noKeyframeStarts;
                _noKeyframeStarts = _subscription.Delivery.NoKeyframeStarts;
                _taken.Enqueue((frame, Received.From(frame), Selection, isNoKeyframeStart));
                frame.Release();
                AssertSum();
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
            return _subscription.Delivery;
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

using MediaServer.Media;

namespace MediaServer.Hub.Tests;

/// <summary>
/// The promises to a subscriber, checked frame by frame against what was published, in sessions drawn from seeds: publishers that are lost
/// and come back, headers that change, readers that lag, lose frames, and change their minds about what they want.
/// </summary>
public class RandomResumeTests
{
    private const int Sessions = 150;
    private const int Steps = 600;

    [Fact]
    public void Whatever_happens_a_subscriber_can_decode_what_it_gets_and_every_frame_is_accounted_for()
    {
        long delivered = 0;
        long breaks = 0;
        for (int seed = 0; seed < Sessions; seed++)
        {
            (long frames, long told) = Play(seed);
            delivered += frames;
            breaks += told;
        }

        Assert.True(delivered > 100 * Sessions && breaks > Sessions, "hardly anything happened: the test tests nothing");
    }

    private static (long Delivered, long Breaks) Play(int seed)
    {
        var random = new Random(seed);
        using var stream = new TestStream(new HubOptions { LagFrames = 40, BudgetFrames = 400 });
        var log = new List<Received>();
        var readers = new List<Reader>();
        using Subscription holder = stream.Subscribe(); // with one, the log holds what was published since the last look
        stream.Headers();
        Note(stream, log);
        try
        {
            for (int step = 0; step < Steps; step++)
            {
                switch (random.Next(24))
                {
                    case 0 when readers.Count < 5:
                        readers.Add(new Reader(stream, log, random, $"seed {seed}, reader {readers.Count}"));
                        break;
                    case 1:
                        stream.Publication.Suspend();
                        stream.Time.Advance(TimeSpan.FromMilliseconds(random.Next(500)));
                        stream.Resume();
                        break;
                    case 2:
                        stream.VideoHeader(step, (byte)random.Next(2));
                        break;
                    case 3:
                        stream.AudioHeader(step, (byte)random.Next(2));
                        break;
                    case 4:
                        _ = random.Next(2) == 0 ? stream.Metadata(step) : stream.TrackMetadata(MediaKind.Video, step);
                        break;
                    case 5 when readers.Count > 0:
                        readers[random.Next(readers.Count)].ChangeItsMind();
                        break;
                    case < 9 when readers.Count > 0:
                        readers[random.Next(readers.Count)].Read();
                        break;
                    case < 11:
                        stream.KeyFrame(track: (byte)random.Next(2));
                        break;
                    case < 13:
                        stream.Gop(random.Next(1, 16));
                        break;
                    case < 18:
                        stream.Video(track: (byte)random.Next(2));
                        break;
                    default:
                        stream.Audio(track: (byte)random.Next(2));
                        break;
                }

                Note(stream, log);
            }
        }
        finally
        {
            readers.ForEach(reader => reader.Dispose());
        }

        return (readers.Sum(reader => reader.Frames), readers.Sum(reader => reader.Breaks));
    }

    /// <summary>Takes down what was published since.</summary>
    private static void Note(TestStream stream, List<Received> log)
    {
        for (; log.Count < stream.Topic.Head; log.Add(Received.From(stream.Topic.Log.Frames.Peek(log.Count)!)))
        {
        }
    }

    private sealed class Reader : IDisposable
    {
        private readonly List<Received> _log;
        private readonly Random _random;
        private readonly string _name;
        private readonly bool _confirms;
        private readonly Subscription _subscription;
        private readonly Dictionary<(MediaKind, byte, bool), int> _shown = [];
        private readonly Dictionary<byte, long> _lastVideo = [];
        private readonly List<MediaFrame> _inFlight = [];
        private long _last;

        public Reader(TestStream stream, List<Received> log, Random random, string name)
        {
            _log = log;
            _random = random;
            _name = name;
            _confirms = random.Next(2) == 0;
            _subscription = stream.Subscribe((JoinMode)random.Next(2), confirms: _confirms);
            _last = _subscription.Start - 1;
        }

        public long Frames { get; private set; }

        public long Breaks { get; private set; }

        public void ChangeItsMind() => _subscription.Selection = new FrameSelection
        {
            AllTracks = _random.Next(3) > 0,
            TrackMetadata = _random.Next(3) > 0,
            Audio = _random.Next(3) > 0,
            Video = _random.Next(3) > 0,
        };

        public void Read()
        {
            for (int left = _random.Next(1, 80); left > 0 && _subscription.TryRead(out MediaFrame? frame); left--)
            {
                _inFlight.Add(frame);
                Check(Received.From(frame));
                Received.AssertSum(_subscription);
            }

            Answer();
            Received.AssertSum(_subscription);
        }

        public void Dispose()
        {
            _subscription.Dispose();
            Received.AssertSum(_subscription);
            _inFlight.ForEach(frame => frame.Release());
        }

        /// <summary>Confirms some of what is in flight; now and then the rest is lost.</summary>
        private void Answer()
        {
            int confirmed = _confirms ? _random.Next(_inFlight.Count + 1) : _inFlight.Count;
            _inFlight[..confirmed].ForEach(frame =>
            {
                _subscription.ConfirmDelivered(frame);
                frame.Release();
            });
            _inFlight.RemoveRange(0, confirmed);
            if (_inFlight.Count == 0 || _random.Next(3) > 0)
            {
                return;
            }

            foreach (MediaFrame frame in _inFlight)
            {
                _subscription.ReportLost(frame);
                if (IsConfiguration(Received.From(frame)))
                {
                    _shown.Remove((frame.Kind, frame.TrackId, frame.Is(FrameTraits.TrackMetadata)));
                }

                frame.Release();
            }

            _inFlight.Clear();
            _lastVideo.Clear();
        }

        private void Check(Received frame)
        {
            string where = $"{_name}, {frame}";
            FrameSelection wanted = _subscription.Selection;
            Assert.True(frame.Kind == MediaKind.Data || (frame.Kind == MediaKind.Audio ? wanted.Audio : wanted.Video), where);
            Assert.True(wanted.AllTracks || frame.TrackId == 0, where);
            Assert.True(wanted.TrackMetadata || (frame.Traits & FrameTraits.TrackMetadata) == 0, where);
            if (IsConfiguration(frame))
            {
                _shown[(frame.Kind, frame.TrackId, (frame.Traits & FrameTraits.TrackMetadata) != 0)] = frame.Mark;
            }

            if (frame.IsInjected)
            {
                Assert.False(_subscription.IsDiscontinuous, where);
                return;
            }

            Assert.True(frame.Offset > _last, $"{where}: out of order");
            bool broke = _log.Skip((int)_last + 1).Take((int)(frame.Offset - _last)).Any(met => (met.Traits & FrameTraits.Discontinuity) != 0);
            Assert.True(broke == _subscription.IsDiscontinuous, $"{where}: a break is {broke}");
            Breaks += broke ? 1 : 0;
            Frames++;
            _last = frame.Offset;
            if (!IsConfiguration(frame))
            {
                CheckMedia(frame, where);
            }
        }

        private void CheckMedia(Received frame, string where)
        {
            foreach (Received inForce in ConfigurationAt(frame.Offset))
            {
                (MediaKind, byte, bool IsBeside) place = (inForce.Kind, inForce.TrackId, (inForce.Traits & FrameTraits.TrackMetadata) != 0);
                if (inForce.Kind == MediaKind.Data || (inForce.Kind == frame.Kind && inForce.TrackId == frame.TrackId && !place.IsBeside))
                {
                    Assert.True(_shown.GetValueOrDefault(place, -1) == inForce.Mark, $"{where}: without {inForce}");
                }
            }

            if (frame.Kind != MediaKind.Video)
            {
                return;
            }

            if ((frame.Traits & FrameTraits.RandomAccess) == 0)
            {
                Assert.True(_lastVideo.TryGetValue(frame.TrackId, out long before), $"{where}: begins without a key frame");
                Received? fault = _log.Skip((int)before + 1).Take((int)(frame.Offset - before)).FirstOrDefault(met =>
                    (met.Traits & FrameTraits.Splice) != 0
                    || (met.Kind == MediaKind.Video && met.TrackId == frame.TrackId && met.Offset < frame.Offset && !IsConfiguration(met)));
                Assert.True(fault is null, $"{where}: goes on from {before} without {fault}");
            }

            _lastVideo[frame.TrackId] = frame.Offset;
        }

        /// <summary>The last of each kind of configuration before a place, from the splice on that it is behind.</summary>
        private IEnumerable<Received> ConfigurationAt(long offset)
        {
            int splice = Math.Max(0, _log.FindLastIndex((int)offset, frame => (frame.Traits & FrameTraits.Splice) != 0));
            return _log.Skip(splice).Take((int)offset - splice).Where(IsConfiguration)
                .GroupBy(frame => (frame.Kind, frame.TrackId, frame.Traits & FrameTraits.TrackMetadata)).Select(group => group.Last());
        }

        private static bool IsConfiguration(Received frame) =>
            (frame.Traits & (FrameTraits.SequenceHeader | FrameTraits.Metadata | FrameTraits.TrackMetadata)) != 0;
    }
}

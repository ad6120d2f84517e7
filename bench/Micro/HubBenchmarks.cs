using BenchmarkDotNet.Attributes;
using MediaServer.Hub;
using MediaServer.Media;

namespace MediaServer.Micro;

/// <summary>
/// What a frame costs in the hub. Making and publishing one costs the same for a thousand subscribers as for none; reading it is per
/// subscriber, frame by frame as a consumer that waits does it, or as a run that is taken whole as a shard does it.
/// </summary>
public class HubBenchmarks : IDisposable
{
    private const int Frames = 64;
    private const int Readers = 1000;

    private readonly SlabPool _pool = new();
    private readonly FrameRun _run = new(FrameEnvelope.Rtmp);
    private readonly List<Subscription> _readers = [];
    private RealFrames? _frames;
    private Publication? _publication;

    /// <summary>A topic without subscribers.</summary>
    [GlobalSetup(Target = nameof(PublishToNobody))]
    public void SetupAlone()
    {
        _frames = new RealFrames(_pool);
        _publication = new StreamHub(new HubOptions(), TimeProvider.System).TryPublish(Known.Stream, out _);
        for (int i = 0; i < Frames; i++)
        {
            _publication!.Publish(_frames.Next());
        }
    }

    /// <summary>A topic with a thousand.</summary>
    [GlobalSetup(Targets = [nameof(PublishToThousand), nameof(PublishAndRead), nameof(PublishAndTakeRuns)])]
    public void Setup()
    {
        SetupAlone();
        for (int i = 0; i < Readers; i++)
        {
            _readers.Add(_publication!.Topic.Subscribe(new SubscriptionOptions { Kind = "bench", ConfirmsDelivery = true }));
        }

        PublishAndRead();
    }

    /// <summary>Makes and publishes a frame that nobody reads. An operation is a frame; its object is all it may allocate.</summary>
    [Benchmark(OperationsPerInvoke = Frames)]
    [Budget(nanoseconds: 400, bytes: 208)]
    public void PublishToNobody() => Publish();

    /// <summary>The same with a thousand subscribers.</summary>
    [Benchmark(OperationsPerInvoke = Frames)]
    [Budget(nanoseconds: 400, bytes: 208)]
    public void PublishToThousand() => Publish();

    /// <summary>Each of a thousand reads what was published, frame by frame. An operation is a frame of one of them.</summary>
    [Benchmark(OperationsPerInvoke = Frames * Readers)]
    [Budget(nanoseconds: 150, bytes: 0)]
    public void PublishAndRead()
    {
        Publish();
        long now = TimeProvider.System.GetTimestamp();
        foreach (Subscription reader in _readers)
        {
            while (reader.TryRead(out MediaFrame? frame))
            {
                frame.Release();
                reader.ConfirmDelivered(frame, now);
            }
        }
    }

    /// <summary>Each of a thousand takes two frames as one run, as players do. An operation is a run of one of them.</summary>
    [Benchmark(OperationsPerInvoke = Frames / 2 * Readers)]
    [Budget(nanoseconds: 120, bytes: 0)]
    public void PublishAndTakeRuns()
    {
        for (int i = 0; i < Frames / 2; i++)
        {
            _publication!.Publish(_frames!.Next());
            _publication.Publish(_frames.Next());
            _publication.Topic.Fill(_run, _readers[0].Cursor);
            long now = TimeProvider.System.GetTimestamp();
            foreach (Subscription reader in _readers)
            {
                if (!reader.TryTake(_run))
                {
                    throw new InvalidOperationException("A reader that has read everything has to get a run.");
                }

                reader.ConfirmDelivered(_run, now);
            }

            _run.Clear();
        }
    }

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        _readers.ForEach(reader => reader.Dispose());
        _publication?.Dispose();
        _frames?.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Publish()
    {
        for (int i = 0; i < Frames; i++)
        {
            _publication!.Publish(_frames!.Next());
        }
    }
}

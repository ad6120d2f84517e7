using BenchmarkDotNet.Attributes;
using MediaServer.Media;

namespace MediaServer.Micro;

/// <summary>What is written around a payload on its way out. An operation is a frame.</summary>
public class HeaderBenchmarks : IDisposable
{
    private const int Frames = 64;
    private const int SamplesInPart = 15; // half a second of 30 fps

    private readonly SlabPool _pool = new();
    private readonly MediaFrame[] _frames = new MediaFrame[Frames];
    private readonly CmafSample[] _samples = new CmafSample[SamplesInPart];
    private readonly EnvelopeRoom _room = new(1);
    private readonly IoVector[] _vectors = new IoVector[16];
    private RealFrames? _source;

    /// <summary>Takes frames of a real stream.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _source = new RealFrames(_pool);
        for (int i = 0; i < Frames; i++)
        {
            _frames[i] = _source.Next();
        }

        MediaFrame[] video = [.. _frames.Where(frame => frame.Kind == MediaKind.Video)];
        for (int i = 0; i < SamplesInPart; i++)
        {
            _samples[i] = new CmafSample(video[i].LengthBytes - video[i].DataOffset, 3000, video[i].CompositionOffset * 90, video[i].Traits);
        }
    }

    /// <summary>The chunk header, and where the bytes lie.</summary>
    [Benchmark(OperationsPerInvoke = Frames)]
    [Budget(nanoseconds: 40, bytes: 0)]
    public int WriteRtmp() => Write(FrameEnvelope.Rtmp);

    /// <summary>The tag header and what stands behind, and where the bytes lie.</summary>
    [Benchmark(OperationsPerInvoke = Frames)]
    [Budget(nanoseconds: 60, bytes: 0)]
    public int WriteFlv() => Write(FrameEnvelope.Flv);

    /// <summary>The <c>moof</c> of half a second of video: its array is all it may allocate, here as a share of each frame.</summary>
    [Benchmark(OperationsPerInvoke = SamplesInPart)]
    [Budget(nanoseconds: 40, bytes: 64)]
    public byte[] WriteCmaf() => CmafFragment.WriteHeader(1, 0, _samples);

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        Array.ForEach(_frames, frame => frame?.Release());
        _source?.Dispose();
        GC.SuppressFinalize(this);
    }

    private int Write(FrameEnvelope envelope)
    {
        int vectors = 0;
        foreach (MediaFrame frame in _frames)
        {
            vectors += frame.WriteVectors(envelope, 0, _room[0], _vectors);
        }

        return vectors;
    }
}

using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Codecs;

/// <summary>A sample behind a tag's header, in fragments as a connection receives it.</summary>
internal sealed class TestPayload : IDisposable
{
    /// <summary>Bytes of the header.</summary>
    public const int DataOffset = 5;

    private readonly LeakCheckingPool _memory = new();
    private readonly PayloadBuilder _payload;

    public TestPayload() => _payload = new PayloadBuilder(_memory.Pool);

    /// <summary>The fragments of the sample that was put there last.</summary>
    public ReadOnlySpan<FrameFragment> Fragments => _payload.Fragments;

    /// <summary>Puts a sample there.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="cuts">Positions in header and sample where fragments begin, ascending.</param>
    public ReadOnlySpan<FrameFragment> Put(ReadOnlySpan<byte> sample, params ReadOnlySpan<int> cuts)
    {
        _payload.Clear();
        using var received = new SlabSequence(_memory.Pool, [.. new byte[DataOffset], .. sample], cuts);
        _payload.Append(received.Sequence);
        return _payload.Fragments;
    }

    public void Dispose()
    {
        _payload.Dispose();
        _memory.Dispose();
    }
}

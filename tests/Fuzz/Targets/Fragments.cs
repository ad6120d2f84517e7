using System.Runtime.InteropServices;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Fuzz.Targets;

/// <summary>The same bytes as one run and as several, each where the server would have them: in slabs.</summary>
internal sealed class Fragments : IDisposable
{
    private readonly SlabSequence _slabs;

    public Fragments(SlabPool pool, byte[] bytes)
    {
        _slabs = new SlabSequence(pool, bytes);
        foreach (ReadOnlyMemory<byte> piece in _slabs.Sequence)
        {
            if (MemoryMarshal.TryGetMemoryManager(piece, out Slab? slab, out int start, out int length) && length > 0)
            {
                Whole = [.. Whole, new FrameFragment(slab, start, length)];
                Split = [.. Split, .. Cut(slab, start, length)];
            }
        }
    }

    public FrameFragment[] Whole { get; } = [];

    public FrameFragment[] Split { get; } = [];

    public void Dispose() => _slabs.Dispose();

    // The first bytes alone, where most of the structure is, then ever longer runs.
    private static IEnumerable<FrameFragment> Cut(Slab slab, int start, int length)
    {
        for (int piece = 1; length > 0; piece += 1 + (piece / 2))
        {
            int taken = Math.Min(piece, length);
            yield return new FrameFragment(slab, start, taken);
            start += taken;
            length -= taken;
        }
    }
}

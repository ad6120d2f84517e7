using System.Buffers;
using MediaServer.Media;

namespace MediaServer.TestKit;

/// <summary>Bytes that lie in slabs, as a shard receives them: each piece between two cuts in a slab of its own.</summary>
/// <remarks>Holds one reference to each slab until disposed, as a reader does until the bytes are consumed.</remarks>
public sealed class SlabSequence : IDisposable
{
    private readonly List<Slab> _slabs = [];

    /// <summary>Copies the bytes into slabs of the pool.</summary>
    /// <param name="pool">Where the slabs come from.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="cuts">Where a new slab begins, ascending. A piece longer than a slab goes on in the next one.</param>
    public SlabSequence(SlabPool pool, ReadOnlySpan<byte> bytes, params ReadOnlySpan<int> cuts)
    {
        var pieces = new List<ReadOnlyMemory<byte>>();
        int start = 0;
        foreach (int end in (ReadOnlySpan<int>)[.. cuts, bytes.Length])
        {
            while (start < end)
            {
                int length = Math.Min(end - start, Slab.LengthBytes);
                Slab slab = pool.Rent();
                bytes.Slice(start, length).CopyTo(slab.GetSpan());
                _slabs.Add(slab);
                pieces.Add(slab.Memory[..length]);
                start += length;
            }
        }

        Sequence = Wire.Join(pieces);
    }

    /// <summary>The bytes. Valid until disposed, or for as long as whoever retained the slabs holds them.</summary>
    public ReadOnlySequence<byte> Sequence { get; }

    /// <summary>Gives the references to the slabs back.</summary>
    public void Dispose()
    {
        foreach (Slab slab in _slabs)
        {
            slab.Release();
        }

        _slabs.Clear();
    }
}

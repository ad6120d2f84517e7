using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MediaServer.Media;

namespace MediaServer.Transport;

/// <summary>A run of received bytes in one slab, or in a small block. Holds a reference to the slab while it lives.</summary>
internal sealed class ReceiveSegment : ReadOnlySequenceSegment<byte>
{
    private Slab? _slab;
    private byte[]? _block;
    private nint _address;
    private Memory<byte> _whole;

    /// <summary>Whether the bytes lie in a slab.</summary>
    public bool IsSlab => _slab is not null;

    /// <summary>Bytes received into it.</summary>
    public int Filled { get; private set; }

    /// <summary>Bytes that still fit.</summary>
    public int Room => _whole.Length - Filled;

    /// <summary>The segment behind it.</summary>
    public ReceiveSegment? Following => (ReceiveSegment?)Next;

    /// <summary>Where the next bytes go.</summary>
    public Memory<byte> Tail => _whole[Filled..];

    /// <summary>The address of <see cref="Tail"/>: native or pinned.</summary>
    public nint TailAddress => _address + Filled;

    /// <summary>Takes over the reference to a slab.</summary>
    public void Begin(Slab slab, long runningIndex)
    {
        _slab = slab;
        _address = slab.Address;
        Begin(slab.Memory, runningIndex);
    }

    /// <summary>Takes over a pinned block.</summary>
    public unsafe void Begin(byte[] block, long runningIndex)
    {
        _block = block;
        _address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(block));
        Begin(block.AsMemory(), runningIndex);
    }

    public void Extend(int bytes)
    {
        Filled += bytes;
        Memory = _whole[..Filled];
    }

    public void Append(ReceiveSegment following) => Next = following;

    /// <summary>Gives slab or block back, and itself.</summary>
    public void Release(LoopMemory memory)
    {
        _slab?.Release();
        if (_block is not null)
        {
            memory.ReturnBlock(_block);
        }

        _slab = null;
        _block = null;
        _whole = default;
        Memory = default;
        Next = null;
        memory.ReturnSegment(this);
    }

    private void Begin(Memory<byte> whole, long runningIndex)
    {
        _whole = whole;
        Filled = 0;
        Memory = default;
        RunningIndex = runningIndex;
    }
}

using System.Runtime.CompilerServices;

namespace MediaServer.Media;

/// <summary>Pinned memory that envelopes of frames are written to while they are sent; see <see cref="MediaFrame.WriteVectors"/>.</summary>
/// <param name="count">For how many frames at a time.</param>
public sealed unsafe class EnvelopeRoom(int count)
{
    private const int StrideBytes = 32;

    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(count * StrideBytes, pinned: true);

    /// <summary>Where the envelope of the frame of that index goes, 0 to the count less 1.</summary>
    public nint this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)count);
            return (nint)Unsafe.AsPointer(ref _bytes[index * StrideBytes]);
        }
    }
}

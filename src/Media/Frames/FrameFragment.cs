namespace MediaServer.Media;

/// <summary>A run of a payload's bytes inside one slab.</summary>
/// <param name="Slab">The slab; the holder of the fragment holds a reference to it.</param>
/// <param name="Start">Index of the first byte in the slab.</param>
/// <param name="LengthBytes">How many bytes.</param>
public readonly record struct FrameFragment(Slab Slab, int Start, int LengthBytes)
{
    /// <summary>The first byte's address.</summary>
    public nint Address => Slab.Address + Start;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => Slab.GetSpan().Slice(Start, LengthBytes);
}

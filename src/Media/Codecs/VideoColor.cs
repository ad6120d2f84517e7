namespace MediaServer.Media;

/// <summary>How samples become light: the code points of ISO/IEC 23091-2 (H.264 tables E-3 to E-5).</summary>
/// <param name="Primaries"><c>colour_primaries</c>: 1 is BT.709, 9 BT.2020, 2 unspecified.</param>
/// <param name="Transfer"><c>transfer_characteristics</c>: 1 is BT.709, 16 PQ, 18 HLG, 2 unspecified.</param>
/// <param name="Matrix"><c>matrix_coefficients</c>: 1 is BT.709, 9 BT.2020, 2 unspecified.</param>
/// <param name="IsFullRange">Whether luma uses 0 to 255 (of 8 bits) instead of 16 to 235.</param>
public readonly record struct VideoColor(byte Primaries, byte Transfer, byte Matrix, bool IsFullRange)
{
    /// <summary>What holds when the bitstream says nothing.</summary>
    public static VideoColor Unspecified { get; } = new(2, 2, 2, IsFullRange: false);

    /// <summary>Whether it is what players assume when nothing is said: BT.709 or unspecified, in the limited range.</summary>
    internal bool IsCommon => !IsFullRange && Primaries is 1 or 2 && Transfer is 1 or 2 && Matrix is 1 or 2;
}

namespace MediaServer.Media;

/// <summary>What a movie fragment says of one sample; its bytes are elsewhere.</summary>
/// <param name="LengthBytes">Bytes of the sample.</param>
/// <param name="Duration">In ticks of the track's timescale.</param>
/// <param name="CompositionOffset">Presentation time minus decoding time in ticks; may be negative.</param>
/// <param name="Traits">Whether it is a random access point, and whether it is disposable.</param>
public readonly record struct CmafSample(int LengthBytes, uint Duration, int CompositionOffset, FrameTraits Traits)
{
    private const uint DependsOnOthers = 0x0100_0000;   // sample_depends_on = 1
    private const uint DependsOnNone = 0x0200_0000;     // sample_depends_on = 2
    private const uint NobodyDependsOnIt = 0x0080_0000; // sample_is_depended_on = 2
    private const uint IsNonSync = 0x0001_0000;

    /// <summary>The sample flags (ISO/IEC 14496-12 §8.8.3.1).</summary>
    public uint Flags =>
        ((Traits & FrameTraits.RandomAccess) != 0 ? DependsOnNone : DependsOnOthers | IsNonSync)
        | ((Traits & FrameTraits.Disposable) != 0 ? NobodyDependsOnIt : 0);
}

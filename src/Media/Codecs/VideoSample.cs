namespace MediaServer.Media;

/// <summary>What the bitstream of one video sample says of it, whatever flags its container sets.</summary>
/// <param name="IsRandomAccess">Decoding can begin here: every frame from here on (in presentation order) comes out right.</param>
/// <param name="IsDisposable">No other picture refers to it, and it carries nothing else that a decoder needs: it can be left out alone.</param>
/// <param name="HasParameterSets">
/// It carries decoder configuration in band: parameter sets (H.264, HEVC) or a sequence header (AV1). Whether they are news,
/// <see cref="VideoBitstream.TryTakeInBandChange"/> says.
/// </param>
public readonly record struct VideoSample(bool IsRandomAccess, bool IsDisposable, bool HasParameterSets)
{
    /// <summary>What NAL units (H.264, HEVC) together make of a sample: without slices it is no picture, and neither of the first two.</summary>
    internal static VideoSample OfNalUnits(bool hasSlices, bool isReference, bool isRandomAccess, bool hasParameterSets) => new(
        hasSlices && isRandomAccess,
        hasSlices && !isReference && !isRandomAccess && !hasParameterSets,
        hasParameterSets);
}

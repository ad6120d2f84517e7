using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>
/// Reads one video track's bitstream as far as a server must: which samples decoding can begin at, which can be left out, and when the
/// decoder's configuration changes.
/// </summary>
/// <remarks>Not thread-safe: it belongs to one publish session. Looking at samples allocates nothing.</remarks>
public sealed class VideoBitstream(MediaCodec codec)
{
    private AvcConfiguration? _avc;

    /// <summary>The track's codec.</summary>
    public MediaCodec Codec => codec;

    /// <summary>
    /// Whether samples can be looked into: the codec is one of those known here, and its configuration was understood, if it needs one.
    /// Otherwise the container's word has to do.
    /// </summary>
    public bool IsReadable => _avc is not null;

    /// <summary>Puts a configuration in force.</summary>
    /// <param name="record">The decoder configuration record, as FLV's sequence header carries it behind the tag's header.</param>
    /// <returns>Whether it was understood; if not, none is in force.</returns>
    public bool TryConfigure(ReadOnlySpan<byte> record) => codec switch
    {
        MediaCodec.Avc => AvcConfiguration.TryParse(record, out _avc),
        _ => false,
    };

    /// <summary>Looks into a sample.</summary>
    /// <param name="payload">The sample's bytes in order, as <see cref="PayloadBuilder.Fragments"/>; what precedes the sample too.</param>
    /// <param name="dataOffset">Bytes before the sample itself: those of the tag's header.</param>
    /// <param name="sample">What it is; nothing when it is malformed.</param>
    /// <returns>False when the sample is malformed, or the track is not <see cref="IsReadable"/>.</returns>
    public bool TryClassify(ReadOnlySpan<FrameFragment> payload, int dataOffset, out VideoSample sample)
    {
        sample = default;
        return codec switch
        {
            MediaCodec.Avc => _avc is not null && AvcSample.TryClassify(payload, dataOffset, _avc.NalLengthSize, out sample),
            _ => false,
        };
    }

    /// <summary>
    /// Finds out whether a sample that <see cref="VideoSample.HasParameterSets"/> brings others than those in force, and if so puts them in
    /// force.
    /// </summary>
    /// <param name="payload">As for <see cref="TryClassify"/>, which accepted it.</param>
    /// <param name="dataOffset">Likewise.</param>
    /// <param name="record">The new decoder configuration record: what a sequence header would have said.</param>
    /// <returns>Whether the configuration changes before this sample. Sets that are repeated are no change.</returns>
    public bool TryTakeInBandChange(ReadOnlySpan<FrameFragment> payload, int dataOffset, [NotNullWhen(true)] out byte[]? record)
    {
        record = null;
        if (_avc is not null && AvcInBandSets.TryTake(_avc, payload, dataOffset, out AvcConfiguration? avc))
        {
            _avc = avc;
            record = avc.Record.ToArray();
        }

        return record is not null;
    }
}

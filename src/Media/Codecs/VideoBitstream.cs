using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>
/// Reads one video track's bitstream as far as a server must: which samples decoding can begin at, which can be left out, and when the
/// decoder's configuration changes.
/// </summary>
/// <remarks>Not thread-safe: it belongs to one publish session. Looking at samples allocates nothing, unless they bring new configuration.</remarks>
public sealed class VideoBitstream(MediaCodec codec)
{
    private readonly Av1Bitstream _av1 = new();
    private AvcConfiguration? _avc;
    private HevcConfiguration? _hevc;
    private bool _isRandomAccess; // the sample just classified

    /// <summary>The track's codec.</summary>
    public MediaCodec Codec => codec;

    /// <summary>
    /// Whether samples can be looked into: the codec is one of those known here, and its configuration was understood, if it needs one
    /// (H.264 and HEVC do). Otherwise the container's word has to do.
    /// </summary>
    public bool IsReadable => codec switch
    {
        MediaCodec.Avc => _avc is not null,
        MediaCodec.Hevc => _hevc is not null,
        MediaCodec.Av1 or MediaCodec.Vp8 or MediaCodec.Vp9 => true,
        _ => false,
    };

    /// <summary>Puts a configuration in force.</summary>
    /// <param name="record">The decoder configuration record, as FLV's sequence header carries it behind the tag's header.</param>
    /// <returns>Whether it was understood; if not, none is in force.</returns>
    public bool TryConfigure(ReadOnlySpan<byte> record) => codec switch
    {
        MediaCodec.Avc => AvcConfiguration.TryParse(record, out _avc),
        MediaCodec.Hevc => HevcConfiguration.TryParse(record, out _hevc),
        MediaCodec.Av1 => _av1.TryConfigure(record),
        MediaCodec.Vp8 or MediaCodec.Vp9 => Vp9Configuration.TryParse(record, out _),
        _ => false,
    };

    /// <summary>Looks into a sample. Samples come in decoding order, each once.</summary>
    /// <param name="payload">The sample's bytes in order, as <see cref="PayloadBuilder.Fragments"/>; what precedes the sample too.</param>
    /// <param name="dataOffset">Bytes before the sample itself: those of the tag's header.</param>
    /// <param name="sample">What it is; nothing when it is malformed.</param>
    /// <returns>False when the sample is malformed, or the track is not <see cref="IsReadable"/>.</returns>
    public bool TryClassify(ReadOnlySpan<FrameFragment> payload, int dataOffset, out VideoSample sample)
    {
        sample = default;
        bool isClassified = codec switch
        {
            MediaCodec.Avc => _avc is not null && AvcSample.TryClassify(payload, dataOffset, _avc.NalLengthSize, out sample),
            MediaCodec.Hevc => _hevc is not null
                && HevcSample.TryClassify(payload, dataOffset, _hevc.NalLengthSize, _hevc.Sequence.SubLayers - 1, out sample),
            MediaCodec.Av1 => _av1.TryClassify(payload, dataOffset, out sample),
            MediaCodec.Vp8 => VpxSample.TryClassifyVp8(payload, dataOffset, out sample),
            MediaCodec.Vp9 => VpxSample.TryClassifyVp9(payload, dataOffset, out sample),
            _ => false,
        };
        _isRandomAccess = sample.IsRandomAccess;
        return isClassified;
    }

    /// <summary>
    /// Finds out whether the sample just classified, which <see cref="VideoSample.HasParameterSets"/>, brings other configuration than is in
    /// force, and if so puts it in force. Sets that are repeated are no change, and allocate nothing.
    /// </summary>
    /// <param name="payload">As for <see cref="TryClassify"/>.</param>
    /// <param name="dataOffset">Likewise.</param>
    /// <param name="record">The new decoder configuration record: what a sequence header before this sample would have said.</param>
    /// <returns>Whether the configuration changes.</returns>
    /// <remarks>
    /// Only where decoding can begin, or with samples of nothing but parameter sets: sets that come with other pictures are between the
    /// encoder and the decoders at work, and are repeated where others can begin.
    /// </remarks>
    public bool TryTakeInBandChange(ReadOnlySpan<FrameFragment> payload, int dataOffset, [NotNullWhen(true)] out byte[]? record)
    {
        record = null;
        if (_avc is not null && AvcInBandSets.TryTake(_avc, payload, dataOffset, _isRandomAccess, out AvcConfiguration? avc))
        {
            _avc = avc;
            record = avc.Record.ToArray();
        }
        else if (_hevc is not null && HevcInBandSets.TryTake(_hevc, payload, dataOffset, _isRandomAccess, out HevcConfiguration? hevc))
        {
            _hevc = hevc;
            record = hevc.Record.ToArray();
        }
        else if (codec == MediaCodec.Av1 && _av1.TryTakeChange(out Av1Configuration? av1))
        {
            record = av1.Record.ToArray();
        }

        return record is not null;
    }
}

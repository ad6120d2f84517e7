namespace MediaServer.Media;

/// <summary>Rewrites an AudioSpecificConfig so that spectral band replication stands first ("hierarchical", ISO/IEC 14496-3 §1.6.5.2).</summary>
internal static class ExplicitSbrConfig
{
    private const int SbrObjectType = 5;
    private const int PsObjectType = 29;
    private const int EscapeRateIndex = 15;

    private static readonly int[] SampleRates = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

    /// <summary>The record as it is, unless it says SBR only behind the AAC-LC part.</summary>
    /// <remarks>
    /// Only plain AAC-LC with a channel configuration is rewritten, which is all that HE-AAC allows in practice: other object types, and
    /// channels that are described in the record itself, stay as the publisher sent them.
    /// </remarks>
    public static ReadOnlyMemory<byte> From(AudioSpecificConfig configuration)
    {
        const int AacLowComplexity = 2;
        int channelConfiguration = (configuration.Record.Span[1] >> 3) & 0xF;
        int rateIndex = ((configuration.Record.Span[0] & 7) << 1) | (configuration.Record.Span[1] >> 7);
        if (!configuration.HasSpectralBandReplication || configuration.IsHierarchical || configuration.ObjectType != AacLowComplexity
            || rateIndex == EscapeRateIndex || channelConfiguration == 0)
        {
            return configuration.Record;
        }

        int objectType = configuration.HasParametricStereo ? PsObjectType : SbrObjectType;
        int outputRateIndex = Array.IndexOf(SampleRates, configuration.OutputSampleRate);
        if (outputRateIndex < 0)
        {
            return configuration.Record;
        }

        const int ShortFrameSamples = 960;
        uint bits = (uint)objectType;                                                 // 5
        bits = (bits << 4) | (uint)rateIndex;                                         // of the core coder
        bits = (bits << 4) | (uint)channelConfiguration;
        bits = (bits << 4) | (uint)outputRateIndex;
        bits = (bits << 5) | AacLowComplexity;
        bits = (bits << 1) | (configuration.SamplesPerFrame == ShortFrameSamples ? 1u : 0); // frameLengthFlag
        bits <<= 2 + 7;                                                               // no core coder, no extension; padding to 32
        return new[] { (byte)(bits >> 24), (byte)(bits >> 16), (byte)(bits >> 8), (byte)bits };
    }
}

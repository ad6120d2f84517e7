namespace MediaServer.Media;

/// <summary>The header of an MPEG audio layer III frame (ISO/IEC 11172-3 §2.4.1.3, 13818-3 §2.4.2.3): the codec has no other configuration.</summary>
/// <param name="SampleRate">Samples a second.</param>
/// <param name="Channels">Channels, 1 or 2.</param>
/// <param name="SamplesPerFrame">Samples of each channel in a frame: 1152, or 576 at the low sample rates (24 kHz and below).</param>
/// <param name="BitRate">Bits a second of this frame; 0 in the free format.</param>
public readonly record struct Mp3Frame(int SampleRate, int Channels, int SamplesPerFrame, int BitRate)
{
    /// <summary>The codec's name in playlists: the MPEG-4 audio object type of layer III.</summary>
    public const string CodecString = "mp4a.40.34";

    private static readonly int[] SampleRates = [44_100, 48_000, 32_000];
    private static readonly int[] KilobitRatesOfMpeg1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    private static readonly int[] KilobitRatesOfMpeg2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

    /// <summary>Reads the header of a frame.</summary>
    /// <param name="frame">The frame, or its first 4 bytes.</param>
    /// <param name="header">What it says.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(ReadOnlySpan<byte> frame, out Mp3Frame header)
    {
        const int HeaderBytes = 4;
        const int Mpeg1 = 3;
        const int ReservedVersion = 1;
        const int LayerIII = 1;
        const int Mono = 3;

        header = default;
        if (frame.Length < HeaderBytes || frame[0] != 0xFF || (frame[1] & 0xE0) != 0xE0)
        {
            return false;
        }

        int version = (frame[1] >> 3) & 3; // 3 is MPEG-1, 2 MPEG-2, 0 "MPEG-2.5"
        int rate = frame[2] >> 4;
        int sampleRate = (frame[2] >> 2) & 3;
        if (version == ReservedVersion || ((frame[1] >> 1) & 3) != LayerIII || rate >= KilobitRatesOfMpeg1.Length || sampleRate >= SampleRates.Length)
        {
            return false;
        }

        header = new Mp3Frame(
            SampleRates[sampleRate] >> (version switch { Mpeg1 => 0, 2 => 1, _ => 2 }),
            frame[3] >> 6 == Mono ? 1 : 2,
            version == Mpeg1 ? 1152 : 576,
            1000 * (version == Mpeg1 ? KilobitRatesOfMpeg1 : KilobitRatesOfMpeg2)[rate]);
        return true;
    }
}

namespace MediaServer.Media;

/// <summary>What AC-3 and E-AC-3 have in common (ETSI TS 102 366).</summary>
internal static class DolbyChannels
{
    /// <summary><c>syncword</c>, which every frame begins with.</summary>
    public const uint Sync = 0x0B77;

    private static readonly int[] RatesByCode = [48_000, 44_100, 32_000];

    /// <summary>Samples a second by <c>fscod</c>.</summary>
    public static ReadOnlySpan<int> SampleRates => RatesByCode;

    /// <summary>Channels by <c>acmod</c> and <c>lfeon</c>; mode 0 is two mono programmes.</summary>
    public static int Count(int channelMode, bool hasLowFrequency)
    {
        ReadOnlySpan<byte> counts = [2, 1, 2, 3, 3, 4, 4, 5];
        return counts[channelMode] + (hasLowFrequency ? 1 : 0);
    }
}

namespace MediaServer.Media;

/// <summary>Looks into VP8 and VP9 samples, of which the first bytes say enough.</summary>
/// <remarks>No sample is disposable: also those that no frame refers to change what later ones are decoded with (VP9 contexts, VP8 probabilities).</remarks>
internal static class VpxSample
{
    /// <summary>Looks at a VP9 sample: a frame, or a superframe of several, of which the first decides whether decoding can begin.</summary>
    /// <returns>Whether it begins like one (VP9 §6.2).</returns>
    public static bool TryClassifyVp9(ReadOnlySpan<FrameFragment> payload, int dataOffset, out VideoSample sample)
    {
        const int Marker = 0b10;
        const uint KeyFrameSync = 0x498342;
        sample = default;
        var bytes = new FragmentReader(payload);
        if (!bytes.TrySkip(dataOffset) || bytes.Remaining == 0)
        {
            return false;
        }

        byte first = bytes.ReadByte(); // marker 10, profile (low bit first), [a zero in profile 3,] show_existing_frame, frame_type, show_frame…
        if (first >> 6 != Marker)
        {
            return false;
        }

        bool isHighestProfile = (first & 0x30) == 0x30;
        int behindProfile = isHighestProfile ? first << 1 : first;
        bool showsExisting = (behindProfile & 8) != 0;
        bool isKey = (behindProfile & 4) == 0;
        if (showsExisting || !isKey)
        {
            return true;
        }

        // In profile 3, error_resilient_mode has gone to the second byte: the sync code is not aligned.
        if (!bytes.TryReadBigEndian(isHighestProfile ? 4 : 3, out uint next) || ((next >> (isHighestProfile ? 7 : 0)) & 0xFFFFFF) != KeyFrameSync)
        {
            return false;
        }

        sample = new VideoSample(IsRandomAccess: true, IsDisposable: false, HasParameterSets: false);
        return true;
    }

    /// <summary>Looks at a VP8 sample: a frame (RFC 6386 §9.1).</summary>
    /// <returns>Whether it begins like one.</returns>
    public static bool TryClassifyVp8(ReadOnlySpan<FrameFragment> payload, int dataOffset, out VideoSample sample)
    {
        const uint KeyFrameStart = 0x9D012A;
        sample = default;
        var bytes = new FragmentReader(payload);
        if (!bytes.TrySkip(dataOffset) || !bytes.TryReadBigEndian(3, out uint tag))
        {
            return false;
        }

        bool isKey = ((tag >> 16) & 1) == 0;
        if (isKey && (!bytes.TryReadBigEndian(3, out uint start) || start != KeyFrameStart))
        {
            return false;
        }

        sample = new VideoSample(isKey, IsDisposable: false, HasParameterSets: false);
        return true;
    }
}

namespace MediaServer.Media;

/// <summary>The first bytes of an audio tag's body (FLV 10.1 annex E.4.2).</summary>
/// <param name="Codec">The codec; <see cref="MediaCodec.Unknown"/> for all that is passed on as it is.</param>
/// <param name="PacketType">Configuration or media.</param>
/// <param name="DataOffset">Bytes before the codec's own data.</param>
/// <param name="IsEnhanced">Whether the header is one of enhanced RTMP (<c>SoundFormat</c> 9).</param>
/// <remarks>Rate, size and channels of the header are not read: AAC says them better, and MP3 in each frame.</remarks>
public readonly record struct FlvAudioTag(MediaCodec Codec, FlvPacketType PacketType, byte DataOffset, bool IsEnhanced)
{
    /// <summary>Bytes that are enough for <see cref="TryParse"/>.</summary>
    public const int MaxHeaderBytes = 2;

    /// <summary>Reads the header.</summary>
    /// <param name="body">The body, or its first <see cref="MaxHeaderBytes"/> bytes.</param>
    /// <param name="tag">What it says.</param>
    /// <returns>Whether it is all there and legal.</returns>
    public static bool TryParse(ReadOnlySpan<byte> body, out FlvAudioTag tag)
    {
        const int Mp3 = 2;
        const int Enhanced = 9;
        const int Aac = 10;
        const int Mp3At8Kilohertz = 14;

        tag = default;
        if (body.IsEmpty)
        {
            return false;
        }

        int format = body[0] >> 4;
        if (format == Aac)
        {
            if (body.Length < 2 || body[1] > (byte)FlvPacketType.Frame)
            {
                return false;
            }

            tag = new FlvAudioTag(MediaCodec.Aac, (FlvPacketType)body[1], 2, IsEnhanced: false);
            return true;
        }

        MediaCodec codec = format is Mp3 or Mp3At8Kilohertz ? MediaCodec.Mp3 : MediaCodec.Unknown;
        tag = new FlvAudioTag(codec, FlvPacketType.Frame, 1, format == Enhanced);
        return true;
    }
}

namespace MediaServer.Media;

/// <summary>The first bytes of a video tag's body (FLV 10.1 annex E.4.3).</summary>
/// <param name="Codec">The codec; <see cref="MediaCodec.Unknown"/> for all that is passed on as it is.</param>
/// <param name="FrameType">Key frame or not, as the sender says.</param>
/// <param name="PacketType">Configuration or media.</param>
/// <param name="CompositionTime">Presentation minus decoding time in milliseconds, −8,388,608 to 8,388,607.</param>
/// <param name="DataOffset">Bytes before the codec's own data.</param>
/// <param name="IsEnhanced">Whether the header is one of enhanced RTMP (<c>IsExHeader</c>).</param>
public readonly record struct FlvVideoTag(
    MediaCodec Codec, FlvFrameType FrameType, FlvPacketType PacketType, int CompositionTime, byte DataOffset, bool IsEnhanced)
{
    /// <summary>Bytes that are enough for <see cref="TryParse"/>.</summary>
    public const int MaxHeaderBytes = 5;

    /// <summary>Reads the header.</summary>
    /// <param name="body">The body, or its first <see cref="MaxHeaderBytes"/> bytes.</param>
    /// <param name="tag">What it says.</param>
    /// <returns>Whether it is all there and legal.</returns>
    public static bool TryParse(ReadOnlySpan<byte> body, out FlvVideoTag tag)
    {
        const int Avc = 7;
        const int AvcHeaderBytes = 5;

        tag = default;
        if (body.IsEmpty)
        {
            return false;
        }

        bool isEnhanced = (body[0] & 0x80) != 0;
        var frameType = (FlvFrameType)((body[0] >> 4) & 7);
        if (isEnhanced || (body[0] & 0x0F) != Avc || frameType == FlvFrameType.Command)
        {
            tag = new FlvVideoTag(MediaCodec.Unknown, frameType, FlvPacketType.Frame, 0, 1, isEnhanced);
            return true;
        }

        if (body.Length < AvcHeaderBytes || body[1] > (byte)FlvPacketType.EndOfSequence)
        {
            return false;
        }

        int compositionTime = ((sbyte)body[2] << 16) | (body[3] << 8) | body[4]; // SI24: negative ones are real
        tag = new FlvVideoTag(MediaCodec.Avc, frameType, (FlvPacketType)body[1], compositionTime, AvcHeaderBytes, IsEnhanced: false);
        return true;
    }
}

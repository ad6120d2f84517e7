namespace MediaServer.Media;

/// <summary>
/// The header that the body of an audio or video tag begins with: <c>AudioTagHeader</c> and <c>VideoTagHeader</c> (FLV 10.1 annex E.4.2.1
/// and E.4.3.1), and their extended forms that name codecs by <see cref="FourCc"/> (E-RTMP v1 and v2).
/// </summary>
/// <remarks>Rate, size and channels of the old audio header are not read: AAC says them better, and MP3 in each frame.</remarks>
public readonly record struct FlvMediaHeader
{
    /// <summary>
    /// Bytes that are enough for <see cref="TryParse"/>, and the longest header that it accepts: one of 64 bytes is a chain of modifiers
    /// that no encoder sends.
    /// </summary>
    public const int MaxLengthBytes = 64;

    private const int Avc = 7;
    private const int Hevc = 12; // in no standard, but what Larix and Hikvision's encoders send

    /// <summary>Audio or video.</summary>
    public MediaKind Kind { get; init; }

    /// <summary>The codec; <see cref="MediaCodec.Unknown"/> for all that is passed on as it is.</summary>
    public MediaCodec Codec { get; init; }

    /// <summary>The codec as the header names it; 0 when it does so by number, and where each part of the body names its own.</summary>
    public FourCc FourCc { get; init; }

    /// <summary>Configuration or media.</summary>
    public FlvPacketType PacketType { get; init; }

    /// <summary>Key frame or not, as the sender says. Of video only.</summary>
    public FlvFrameType FrameType { get; init; }

    /// <summary>Presentation minus decoding time in milliseconds, −8,388,608 to 8,388,607. Of H.264 and H.265 frames only.</summary>
    public int CompositionTime { get; init; }

    /// <summary>Nanoseconds to add to the message's timestamp, 0 to 999,999 (<c>TimestampOffsetNano</c>).</summary>
    public int NanosecondOffset { get; init; }

    /// <summary>Whether the body belongs to one track or has to be taken apart (<see cref="MultitrackReader"/>).</summary>
    public FlvMultitrack Multitrack { get; init; }

    /// <summary>The track among those of its kind; 0 but for <see cref="FlvMultitrack.OneTrack"/>.</summary>
    public byte TrackId { get; init; }

    /// <summary>Bytes before the codec's own data, or before the first part of several tracks.</summary>
    public byte DataOffset { get; init; }

    /// <summary>Bytes from the first to the one whose low half is the packet type: more than one when there are modifiers.</summary>
    internal byte LeadBytes { get; init; }

    /// <summary>Reads the header.</summary>
    /// <param name="kind">The tag's kind; there is no such header for data.</param>
    /// <param name="body">The body, or its first <see cref="MaxLengthBytes"/> bytes.</param>
    /// <param name="header">What it says.</param>
    /// <returns>Whether it is all there, legal, and of a packet type that is defined.</returns>
    public static bool TryParse(MediaKind kind, ReadOnlySpan<byte> body, out FlvMediaHeader header)
    {
        const int IsExtendedVideo = 0x80;
        const int ExtendedAudio = 9;

        header = default;
        return !body.IsEmpty && kind switch
        {
            MediaKind.Video => (body[0] & IsExtendedVideo) != 0
                ? new ExtendedHeaderReader(kind, body).TryRead(out header)
                : TryParseNumberedVideo(body, out header),
            MediaKind.Audio => body[0] >> 4 == ExtendedAudio
                ? new ExtendedHeaderReader(kind, body).TryRead(out header)
                : TryParseNumberedAudio(body, out header),
            _ => false,
        };
    }

    /// <summary>Makes the body of a sequence header for the same track, in the same form.</summary>
    /// <param name="record">The decoder configuration record.</param>
    /// <exception cref="InvalidOperationException">The header is not one of video of a codec that has such a record.</exception>
    public byte[] MakeSequenceHeader(ReadOnlySpan<byte> record)
    {
        const byte KeyFrame = 0x10;
        const byte Extended = 0x80;

        if (Kind != MediaKind.Video || Codec == MediaCodec.Unknown)
        {
            throw new InvalidOperationException("Only video of a known codec has a configuration record.");
        }

        byte number = (byte)(KeyFrame | (Codec == MediaCodec.Avc ? Avc : Hevc));
        byte[] name = [(byte)(FourCc.Value >> 24), (byte)(FourCc.Value >> 16), (byte)(FourCc.Value >> 8), (byte)FourCc.Value];
        return FourCc == default ? [number, 0, 0, 0, 0, .. record]
            : TrackId == 0 ? [Extended | KeyFrame, .. name, .. record]
            : [(byte)(Extended | KeyFrame | ExtendedHeaderReader.MultitrackPacket(Kind)), 0, .. name, TrackId, .. record];
    }

    private static bool TryParseNumberedVideo(ReadOnlySpan<byte> body, out FlvMediaHeader header)
    {
        const int HeaderBytes = 5;

        header = new FlvMediaHeader
        {
            Kind = MediaKind.Video,
            FrameType = (FlvFrameType)(body[0] >> 4),
            PacketType = FlvPacketType.Frame,
            DataOffset = 1,
            LeadBytes = 1,
        };
        int codec = body[0] & 0x0F;
        if (header.FrameType == FlvFrameType.Command)
        {
            header = header with { PacketType = FlvPacketType.Command };
            return true;
        }

        if (codec is not (Avc or Hevc))
        {
            return true;
        }

        if (body.Length < HeaderBytes || body[1] > (byte)FlvPacketType.EndOfSequence)
        {
            return false;
        }

        header = header with
        {
            Codec = codec == Avc ? MediaCodec.Avc : MediaCodec.Hevc,
            PacketType = (FlvPacketType)body[1],
            CompositionTime = body[1] == (byte)FlvPacketType.Frame ? ReadInt24(body[2..]) : 0,
            DataOffset = HeaderBytes,
        };
        return true;
    }

    private static bool TryParseNumberedAudio(ReadOnlySpan<byte> body, out FlvMediaHeader header)
    {
        const int Mp3 = 2;
        const int Aac = 10;
        const int Mp3At8Kilohertz = 14;

        header = new FlvMediaHeader { Kind = MediaKind.Audio, PacketType = FlvPacketType.Frame, DataOffset = 1, LeadBytes = 1 };
        switch (body[0] >> 4)
        {
            case Mp3 or Mp3At8Kilohertz:
                header = header with { Codec = MediaCodec.Mp3 };
                return true;
            case Aac when body.Length < 2 || body[1] > (byte)FlvPacketType.Frame:
                return false;
            case Aac:
                header = header with { Codec = MediaCodec.Aac, PacketType = (FlvPacketType)body[1], DataOffset = 2 };
                return true;
            default:
                return true;
        }
    }

    // SI24: negative ones are real.
    internal static int ReadInt24(ReadOnlySpan<byte> bytes) => ((sbyte)bytes[0] << 16) | (bytes[1] << 8) | bytes[2];
}

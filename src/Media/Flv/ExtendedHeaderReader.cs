namespace MediaServer.Media;

/// <summary>Reads an <c>ExAudioTagHeader</c> or <c>ExVideoTagHeader</c> (E-RTMP v2, Enhanced Audio and Enhanced Video).</summary>
/// <param name="kind">Which of the two.</param>
/// <param name="body">The tag body, at least one byte; no more than <see cref="FlvMediaHeader.MaxLengthBytes"/> are looked at.</param>
internal ref struct ExtendedHeaderReader(MediaKind kind, ReadOnlySpan<byte> body)
{
    private const int CodedFrames = 1;
    private const int Metadata = 4; // MultichannelConfig of audio

    private readonly ReadOnlySpan<byte> _body = body[..Math.Min(body.Length, FlvMediaHeader.MaxLengthBytes)];
    private int _consumed;

    /// <summary>The packet type that says that a body carries other tracks than track 0.</summary>
    public static int MultitrackPacket(MediaKind kind) => kind == MediaKind.Video ? 6 : 5;

    /// <inheritdoc cref="FlvMediaHeader.TryParse"/>
    public bool TryRead(out FlvMediaHeader header)
    {
        header = default;
        byte first = _body[_consumed++];
        int packet = first & 0x0F;
        if (!TryReadModifiers(ref packet, out int nanoseconds))
        {
            return false;
        }

        header = new FlvMediaHeader
        {
            Kind = kind,
            FrameType = kind == MediaKind.Video ? (FlvFrameType)((first >> 4) & 7) : default,
            NanosecondOffset = nanoseconds,
            LeadBytes = (byte)_consumed,
        };
        if (header.FrameType == FlvFrameType.Command && packet != Metadata) // ffmpeg sends metadata with this frame type, to be ignored
        {
            header = header with { PacketType = FlvPacketType.Command, DataOffset = (byte)_consumed };
            return true;
        }

        return TryReadTrack(packet, ref header);
    }

    private bool TryReadTrack(int packet, ref FlvMediaHeader header)
    {
        FlvMultitrack multitrack = FlvMultitrack.None;
        if (packet == MultitrackPacket(kind))
        {
            if (!TryReadByte(out byte next) || next >> 4 > (int)FlvMultitrack.ManyTracksManyCodecs - (int)FlvMultitrack.OneTrack)
            {
                return false;
            }

            multitrack = FlvMultitrack.OneTrack + (byte)(next >> 4);
            packet = next & 0x0F;
        }

        FourCc fourCc = default;
        byte trackId = 0;
        if (!TryGetPacketType(packet, out FlvPacketType packetType)
            || (multitrack != FlvMultitrack.ManyTracksManyCodecs && !TryReadFourCc(out fourCc))
            || (multitrack == FlvMultitrack.OneTrack && !TryReadByte(out trackId)))
        {
            return false;
        }

        MediaCodec codec = fourCc.GetCodec(kind);
        bool hasCompositionTime = packet == CodedFrames && codec is MediaCodec.Avc or MediaCodec.Hevc
            && multitrack is FlvMultitrack.None or FlvMultitrack.OneTrack;
        int compositionTime = 0;
        if (hasCompositionTime && !TryReadInt24(out compositionTime))
        {
            return false;
        }

        header = header with
        {
            Codec = codec,
            FourCc = fourCc,
            PacketType = packetType,
            CompositionTime = compositionTime,
            Multitrack = multitrack,
            TrackId = trackId,
            DataOffset = (byte)_consumed,
        };
        return true;
    }

    /// <summary>Reads the chain of <c>ModEx</c> modifiers, each with its size, so that unknown ones can be passed over.</summary>
    private bool TryReadModifiers(ref int packet, out int nanoseconds)
    {
        const int ModEx = 7;
        const int TimestampOffsetNano = 0;
        const int TimestampOffsetBytes = 3;
        const int NanosecondsPerMillisecond = 1_000_000;

        nanoseconds = 0;
        while (packet == ModEx)
        {
            if (!TryReadByte(out byte sizeLessOne) || _consumed + sizeLessOne + 2 > _body.Length)
            {
                return false; // a size of 256 and more (then 16 bits follow) is beyond the limit anyway
            }

            ReadOnlySpan<byte> data = _body.Slice(_consumed, sizeLessOne + 1);
            byte next = _body[_consumed + data.Length];
            _consumed += data.Length + 1;
            packet = next & 0x0F;
            if (next >> 4 == TimestampOffsetNano && data.Length >= TimestampOffsetBytes)
            {
                int offset = (data[0] << 16) | (data[1] << 8) | data[2];
                nanoseconds = offset < NanosecondsPerMillisecond ? offset : nanoseconds;
            }
        }

        return true;
    }

    private readonly bool TryGetPacketType(int packet, out FlvPacketType packetType)
    {
        const int SequenceStart = 0;
        const int SequenceEnd = 2;
        const int CodedFramesX = 3;
        const int TransportStreamSequenceStart = 5;

        FlvPacketType? known = packet switch
        {
            SequenceStart => FlvPacketType.SequenceHeader,
            CodedFrames => FlvPacketType.Frame,
            SequenceEnd => FlvPacketType.EndOfSequence,
            Metadata => FlvPacketType.TrackMetadata,
            CodedFramesX when kind == MediaKind.Video => FlvPacketType.Frame,
            TransportStreamSequenceStart when kind == MediaKind.Video => FlvPacketType.SequenceHeader,
            _ => null,
        };
        packetType = known.GetValueOrDefault();
        return known is not null;
    }

    private bool TryReadByte(out byte value)
    {
        bool isThere = _consumed < _body.Length;
        value = isThere ? _body[_consumed++] : (byte)0;
        return isThere;
    }

    private bool TryReadFourCc(out FourCc fourCc)
    {
        bool isThere = _consumed + FourCc.LengthBytes <= _body.Length;
        fourCc = isThere ? FourCc.Read(_body[_consumed..]) : default;
        _consumed += isThere ? FourCc.LengthBytes : 0;
        return isThere;
    }

    private bool TryReadInt24(out int value)
    {
        bool isThere = _consumed + 3 <= _body.Length;
        value = isThere ? FlvMediaHeader.ReadInt24(_body[_consumed..]) : 0;
        _consumed += isThere ? 3 : 0;
        return isThere;
    }
}

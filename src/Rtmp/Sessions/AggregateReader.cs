using MediaServer.Media;

namespace MediaServer.Rtmp;

/// <summary>
/// Takes an aggregate apart (RTMP 1.0 §7.1.6): FLV tags one behind the other, their times relative to the first one's. Stops at the first
/// that does not add up, or is neither audio, video nor data: so none nests.
/// </summary>
/// <param name="aggregate">The header of the aggregate.</param>
/// <param name="payload">Its payload, which must not change meanwhile.</param>
internal struct AggregateReader(RtmpMessageHeader aggregate, PayloadBuilder payload)
{
    private const int TagHeaderBytes = 11;
    private const int TagTrailerBytes = 4;

    private PayloadCursor _cursor = new(payload);
    private uint? _firstTimestamp;
    private bool _isBroken;

    /// <summary>Whether every tag was read.</summary>
    public readonly bool IsAtEnd => !_isBroken && _cursor.RemainingBytes == 0;

    /// <summary>Reads the next tag.</summary>
    /// <param name="part">Takes the tag's payload; empty before.</param>
    /// <param name="header">The tag as a message of its own.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryRead(PayloadBuilder part, out RtmpMessageHeader header)
    {
        header = default;
        if (_isBroken || _cursor.RemainingBytes == 0)
        {
            return false;
        }

        Span<byte> tag = stackalloc byte[TagHeaderBytes];
        bool isWhole = _cursor.TryCopy(tag);
        var type = (RtmpMessageType)tag[0];
        int length = (tag[1] << 16) | (tag[2] << 8) | tag[3];
        uint timestamp = ((uint)tag[7] << 24) | ((uint)tag[4] << 16) | ((uint)tag[5] << 8) | tag[6];
        if (!isWhole || length > _cursor.RemainingBytes || type is not (RtmpMessageType.Audio or RtmpMessageType.Video or RtmpMessageType.Data))
        {
            _isBroken = true;
            return false;
        }

        _firstTimestamp ??= timestamp;
        header = new RtmpMessageHeader(type, unchecked(aggregate.Timestamp + timestamp - _firstTimestamp.Value), length, aggregate.MessageStreamId);
        _cursor.MoveTo(part, length);
        _cursor.Skip(TagTrailerBytes);
        return true;
    }
}

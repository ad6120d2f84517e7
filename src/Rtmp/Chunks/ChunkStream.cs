using System.Buffers;
using System.Buffers.Binary;
using MediaServer.Media;

namespace MediaServer.Rtmp;

/// <summary>One chunk stream of a peer: what its headers leave out, and the message that is arriving on it.</summary>
internal sealed class ChunkStream(int id) : IDisposable
{
    private const uint ExtendedTimestamp = 0xFFFFFF;
    private const int ControlChunkStreamId = 2;

    private RtmpMessageHeader _header;
    private uint _timestampDelta; // 0 after a full header: a message that begins with a continuation then has the same time
    private uint _extendedField;
    private bool _isExtended;
    private bool _isDeltaHeader;
    private bool _hasHeader;

    /// <summary>From 2 to 65,599.</summary>
    public int Id => id;

    /// <summary>The header of the message that is arriving, or was the last.</summary>
    public ref readonly RtmpMessageHeader Header => ref _header;

    /// <summary>Bytes of the arriving message that are there; 0 between messages.</summary>
    public int ReceivedBytes { get; private set; }

    /// <summary>Where the arriving message goes.</summary>
    public MessageDestination Destination { get; private set; }

    /// <summary>The payload of a media message; there once one was begun.</summary>
    public PayloadBuilder? Payload { get; private set; }

    /// <summary>The payload of a command or control message.</summary>
    public MessageBuffer Buffer { get; } = new();

    /// <summary>Reads the message header that follows a basic header.</summary>
    /// <param name="format">The basic header's format.</param>
    /// <param name="bytes">What follows the basic header, not cut short unless there is no more.</param>
    /// <param name="lengthBytes">How many bytes the header has.</param>
    /// <returns><c>Done</c>, or <c>NeedMoreData</c> with nothing changed.</returns>
    /// <exception cref="RtmpProtocolException">The header refers to one that never was, or contradicts it.</exception>
    public OperationStatus TryReadHeader(ChunkFormat format, ReadOnlySpan<byte> bytes, out int lengthBytes)
    {
        // librtmp begins its control stream with a header that leaves the message stream out.
        if (!_hasHeader && format != ChunkFormat.Full && !(format == ChunkFormat.SameMessageStream && id == ControlChunkStreamId))
        {
            throw new RtmpProtocolException(CloseReason.ChunkWithoutHeader, $"Chunk stream {id} begins with a header of type {(int)format}.");
        }

        lengthBytes = format switch
        {
            ChunkFormat.Full => 11,
            ChunkFormat.SameMessageStream => 7,
            ChunkFormat.SameLength => 3,
            _ => 0,
        };
        if (format == ChunkFormat.Continuation)
        {
            return TryReadContinuation(bytes, out lengthBytes);
        }

        if (bytes.Length < lengthBytes)
        {
            return OperationStatus.NeedMoreData;
        }

        uint time = ReadUInt24(bytes);
        bool isExtended = time == ExtendedTimestamp;
        if (isExtended)
        {
            if (bytes.Length < lengthBytes + sizeof(uint))
            {
                return OperationStatus.NeedMoreData;
            }

            time = BinaryPrimitives.ReadUInt32BigEndian(bytes[lengthBytes..]);
            lengthBytes += sizeof(uint);
        }

        RtmpMessageHeader header = _header;
        if (format != ChunkFormat.SameLength)
        {
            header = header with { LengthBytes = (int)ReadUInt24(bytes[3..]), Type = (RtmpMessageType)bytes[6] };
        }

        if (ReceivedBytes > 0)
        {
            // Some senders repeat a short header before every chunk. That is harmless as long as it says the same.
            if (format == ChunkFormat.Full || header != _header)
            {
                throw new RtmpProtocolException(
                    CloseReason.MessageHeaderChanged, $"Chunk stream {id}: a new header inside a message of {_header.LengthBytes} bytes.");
            }

            return OperationStatus.Done;
        }

        _hasHeader = true;
        _isExtended = isExtended;
        _extendedField = time;
        _isDeltaHeader = format != ChunkFormat.Full;
        _timestampDelta = _isDeltaHeader ? time : 0;
        _header = _isDeltaHeader
            ? header with { Timestamp = unchecked(header.Timestamp + time) }
            : header with { Timestamp = time, MessageStreamId = BinaryPrimitives.ReadUInt32LittleEndian(bytes[7..]) };
        return OperationStatus.Done;
    }

    /// <summary>Begins the message whose header was read.</summary>
    public void Begin(MessageDestination destination, SlabPool pool)
    {
        Destination = destination;
        if (destination == MessageDestination.Payload)
        {
            Payload ??= new PayloadBuilder(pool);
        }
    }

    /// <summary>Adds bytes to the arriving message, where its destination says.</summary>
    public void Append(in ReadOnlySequence<byte> bytes)
    {
        ReceivedBytes += (int)bytes.Length;
        if (Destination == MessageDestination.Payload)
        {
            Payload!.Append(bytes);
        }
        else if (Destination == MessageDestination.Buffer)
        {
            Buffer.Append(bytes);
        }
    }

    /// <summary>Makes ready for the next message.</summary>
    public void Clear()
    {
        ReceivedBytes = 0;
        Payload?.Clear();
        Buffer.Clear();
    }

    /// <summary>Lets the rest of the arriving message go by, and drops what is there of it.</summary>
    public void Discard()
    {
        Destination = MessageDestination.Nowhere;
        Payload?.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Payload?.Dispose();
        Buffer.Clear();
    }

    private static uint ReadUInt24(ReadOnlySpan<byte> bytes) => ((uint)bytes[0] << 16) | ((uint)bytes[1] << 8) | bytes[2];

    private OperationStatus TryReadContinuation(ReadOnlySpan<byte> bytes, out int lengthBytes)
    {
        lengthBytes = 0;
        if (ReceivedBytes > 0)
        {
            return _isExtended ? PeekRepeatedTimestamp(bytes, out lengthBytes) : OperationStatus.Done;
        }

        uint time = _timestampDelta;
        if (_isExtended)
        {
            if (bytes.Length < sizeof(uint))
            {
                return OperationStatus.NeedMoreData;
            }

            time = BinaryPrimitives.ReadUInt32BigEndian(bytes);
            lengthBytes = sizeof(uint);
            _extendedField = time;
        }

        // After a full header the field is a time, not a delta: senders that repeat it mean the same time.
        _header = _header with { Timestamp = _isExtended && !_isDeltaHeader ? time : unchecked(_header.Timestamp + time) };
        return OperationStatus.Done;
    }

    // Inside a message the specification wants the extended timestamp repeated. OBS before 30.2 and librtmp leave it out, so the bytes
    // are taken for it only when they are equal: to the field of the message's header, or to its absolute time, as SRS writes.
    private OperationStatus PeekRepeatedTimestamp(ReadOnlySpan<byte> bytes, out int lengthBytes)
    {
        lengthBytes = 0;
        Span<byte> field = stackalloc byte[sizeof(uint)];
        Span<byte> absolute = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(field, _extendedField);
        BinaryPrimitives.WriteUInt32BigEndian(absolute, _header.Timestamp);

        ReadOnlySpan<byte> there = bytes[..Math.Min(bytes.Length, sizeof(uint))];
        if (!field.StartsWith(there) && !absolute.StartsWith(there))
        {
            return OperationStatus.Done;
        }

        if (there.Length < sizeof(uint))
        {
            return OperationStatus.NeedMoreData;
        }

        lengthBytes = sizeof(uint);
        return OperationStatus.Done;
    }
}

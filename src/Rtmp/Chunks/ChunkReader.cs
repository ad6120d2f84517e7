using System.Buffers;
using MediaServer.Media;

namespace MediaServer.Rtmp;

/// <summary>
/// Puts messages together from chunks (RTMP 1.0 §5.3). Consumes what there is, payload byte by payload byte if need be, so nothing is
/// looked at twice but a header that has not all arrived.
/// </summary>
internal sealed class ChunkReader(SlabPool pool, RtmpLimits limits) : IDisposable
{
    private const int MaxChunkBytes = 16 * 1024 * 1024;
    private const int MaxHeaderBytes = 3 + 11 + 4;
    private const int MaxControlBytes = 64;
    private const int DirectIds = 64;

    private readonly ChunkStream?[] _direct = new ChunkStream?[DirectIds];
    private readonly Dictionary<int, ChunkStream> _others = [];
    private int _streamCount;
    private int _chunkBytes = 128; // until the peer says otherwise (§5.4.1)
    private int _unfinishedBytes;
    private ChunkStream? _current;
    private int _currentBytes; // of the current chunk, still to come

    /// <summary>Whether media messages are taken; if not, their bytes are dropped as they come, without a trace.</summary>
    public bool TakesMedia { get; private set; }

    /// <summary>Bytes held for messages that are not all here.</summary>
    public int UnfinishedBytes => _unfinishedBytes;

    private IEnumerable<ChunkStream> Streams => _direct.OfType<ChunkStream>().Concat(_others.Values);

    /// <summary>Sets the peer's chunk size.</summary>
    /// <exception cref="RtmpProtocolException">It is 0, or has the high bit set. A larger one than any message counts as 16 MiB.</exception>
    public void SetChunkSize(uint chunkBytes)
    {
        if (chunkBytes is 0 or > int.MaxValue)
        {
            throw new RtmpProtocolException(CloseReason.InvalidChunkSize, $"A chunk size of {chunkBytes}.");
        }

        _chunkBytes = (int)Math.Min(chunkBytes, MaxChunkBytes);
    }

    /// <summary>Takes media messages from here on.</summary>
    public void TakeMedia() => TakesMedia = true;

    /// <summary>Drops media messages from here on, the unfinished ones too.</summary>
    public void DropMedia()
    {
        TakesMedia = false;
        foreach (ChunkStream stream in Streams)
        {
            if (stream.Destination == MessageDestination.Payload)
            {
                _unfinishedBytes -= stream.ReceivedBytes;
                stream.Discard();
            }
        }
    }

    /// <summary>Drops what has arrived of an unfinished message (§5.4.2).</summary>
    public void Abort(uint chunkStreamId)
    {
        if (chunkStreamId <= int.MaxValue && Find((int)chunkStreamId) is { } stream)
        {
            Finish(stream);
        }
    }

    /// <summary>Reads on until a message is whole.</summary>
    /// <returns>
    /// The chunk stream with the message; give it back by <see cref="Finish"/> before reading on. <see langword="null"/> when more bytes
    /// are needed.
    /// </returns>
    /// <exception cref="RtmpProtocolException">The peer broke the protocol, or wants more than the limits allow.</exception>
    public ChunkStream? Read(ref SequenceReader<byte> input)
    {
        while (_current is not null || TryReadHeader(ref input))
        {
            ChunkStream stream = _current!;
            int length = (int)Math.Min(_currentBytes, input.Remaining);
            if (length > 0)
            {
                Append(stream, input.Sequence.Slice(input.Position, length));
                input.Advance(length);
                _currentBytes -= length;
            }

            if (_currentBytes > 0)
            {
                return null;
            }

            _current = null;
            if (stream.ReceivedBytes == stream.Header.LengthBytes)
            {
                return stream;
            }
        }

        return null;
    }

    /// <summary>Makes a chunk stream ready for its next message. What is left of its payload is dropped.</summary>
    public void Finish(ChunkStream stream)
    {
        if (stream.Destination != MessageDestination.Nowhere)
        {
            _unfinishedBytes -= stream.ReceivedBytes;
        }

        stream.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _current = null;
        foreach (ChunkStream stream in Streams)
        {
            stream.Dispose();
        }

        Array.Clear(_direct);
        _others.Clear();
    }

    private bool TryReadHeader(ref SequenceReader<byte> input)
    {
        Span<byte> joined = stackalloc byte[MaxHeaderBytes];
        scoped ReadOnlySpan<byte> bytes = input.UnreadSpan;
        if (bytes.Length < MaxHeaderBytes && bytes.Length < input.Remaining)
        {
            int length = (int)Math.Min(MaxHeaderBytes, input.Remaining);
            input.TryCopyTo(joined[..length]);
            bytes = joined[..length];
        }

        if (ChunkBasicHeader.TryRead(bytes, out ChunkBasicHeader basic) != OperationStatus.Done)
        {
            return false;
        }

        ChunkStream stream = Find(basic.ChunkStreamId) ?? Add(basic.ChunkStreamId);
        if (stream.TryReadHeader(basic.Format, bytes[basic.LengthBytes..], out int lengthBytes) != OperationStatus.Done)
        {
            return false;
        }

        if (stream.ReceivedBytes == 0)
        {
            stream.Begin(Admit(stream.Header), pool);
        }

        input.Advance(basic.LengthBytes + lengthBytes);
        _current = stream;
        _currentBytes = Math.Min(_chunkBytes, stream.Header.LengthBytes - stream.ReceivedBytes);
        return true;
    }

    private MessageDestination Admit(in RtmpMessageHeader header)
    {
        (MessageDestination destination, int maxBytes) = header.Type switch
        {
            RtmpMessageType.Audio or RtmpMessageType.Video or RtmpMessageType.Data or RtmpMessageType.DataAmf3 or RtmpMessageType.Aggregate
                => TakesMedia ? (MessageDestination.Payload, limits.MaxMessageBytes) : (MessageDestination.Nowhere, int.MaxValue),
            RtmpMessageType.Command or RtmpMessageType.CommandAmf3 => (MessageDestination.Buffer, limits.MaxCommandBytes),
            >= RtmpMessageType.SetChunkSize and <= RtmpMessageType.SetPeerBandwidth => (MessageDestination.Buffer, MaxControlBytes),
            _ => (MessageDestination.Nowhere, int.MaxValue),
        };
        return header.LengthBytes <= maxBytes
            ? destination
            : throw new RtmpProtocolException(CloseReason.MessageTooLong, $"A message of type {header.Type} and {header.LengthBytes} bytes.");
    }

    private void Append(ChunkStream stream, in ReadOnlySequence<byte> bytes)
    {
        if (stream.Destination != MessageDestination.Nowhere)
        {
            _unfinishedBytes += (int)bytes.Length;
            int maxBytes = TakesMedia ? limits.MaxUnfinishedMediaBytes : limits.MaxUnfinishedBytes;
            if (_unfinishedBytes > maxBytes)
            {
                throw new RtmpProtocolException(CloseReason.TooManyUnfinishedBytes, $"More than {maxBytes} bytes in unfinished messages.");
            }
        }

        stream.Append(bytes);
    }

    private ChunkStream? Find(int id) => id < DirectIds ? _direct[id] : _others.GetValueOrDefault(id);

    private ChunkStream Add(int id)
    {
        if (_streamCount == limits.MaxChunkStreams)
        {
            throw new RtmpProtocolException(CloseReason.TooManyChunkStreams, $"More than {limits.MaxChunkStreams} chunk streams.");
        }

        _streamCount++;
        var stream = new ChunkStream(id);
        if (id < DirectIds)
        {
            _direct[id] = stream;
        }
        else
        {
            _others.Add(id, stream);
        }

        return stream;
    }
}

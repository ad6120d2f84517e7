using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace MediaServer.Playback;

/// <summary>
/// What a WebSocket client says to a server that sends it media, and the answers (RFC 6455 §5): a ping is answered, a goodbye returned, what
/// breaks the rules closes, and messages are passed over. Does no I/O.
/// </summary>
/// <remarks>Keeps no message: it is passed over as it comes. Of pings that come together the last one is answered (§5.5.3).</remarks>
internal sealed class WebSocketDialogue(IBufferWriter<byte> output, TimeProvider time)
{
    /// <summary>The purpose is fulfilled (§7.4.1).</summary>
    public const ushort Normal = 1000;

    /// <summary>The server cannot serve this client for now (IANA's registry of close codes).</summary>
    public const ushort TryAgainLater = 1013;

    /// <summary>Bytes of a client's message at most: a player has little to say to its server.</summary>
    public const int MaxMessageBytes = 64 * 1024;

    /// <summary>Frames of a client in a <see cref="FramePeriod"/> at most: each costs work, and a player has no reason to send even one a second.</summary>
    public const int MaxFrames = 1000;

    private const ushort ProtocolError = 1002;
    private const ushort InvalidPayload = 1007;
    private const ushort PolicyViolation = 1008;
    private const ushort MessageTooBig = 1009;
    private const int MaxControlBytes = 125;

    /// <summary>Time in which frames are counted.</summary>
    public static readonly TimeSpan FramePeriod = TimeSpan.FromSeconds(10);

    private readonly byte[] _payload = new byte[MaxControlBytes]; // of a ping or a goodbye
    private long _toSkip;       // bytes of a message's frame still to come
    private long _messageBytes; // of the message that is passed over
    private bool _isInMessage;  // more frames of it follow
    private long _countedSince = time.GetTimestamp();
    private int _frames;

    /// <summary>Whether the goodbye was written, behind which nothing may be sent. What still comes in means nothing.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Takes what was received, and writes the answers.</summary>
    /// <returns>How far it was taken: the rest is given again, with more behind it.</returns>
    public SequencePosition Receive(in ReadOnlySequence<byte> received)
    {
        var reader = new SequenceReader<byte>(received);
        int? pingBytes = null;
        BeginCounting();
        while (!IsClosed && TrySkip(ref reader) && WebSocketFrameHeader.TryRead(reader, out WebSocketFrameHeader header))
        {
            if (FindFault(header) is { } fault)
            {
                Close(fault, "");
            }
            else if (!header.IsControl)
            {
                reader.Advance(header.LengthBytes);
                BeginSkipping(header);
                Count();
            }
            else if (reader.Remaining < header.LengthBytes + header.PayloadBytes)
            {
                break; // such a frame is short: all of it is waited for
            }
            else
            {
                ReadOnlySpan<byte> payload = ReadControl(ref reader, header);
                pingBytes = header.Opcode == WebSocketOpcode.Ping ? payload.Length : pingBytes;
                if (header.Opcode == WebSocketOpcode.Close)
                {
                    ReturnGoodbye(payload);
                }

                Count();
            }
        }

        if (pingBytes is { } length && !IsClosed)
        {
            Write(WebSocketOpcode.Pong, _payload.AsSpan(0, length));
        }

        return IsClosed ? received.End : reader.Position;
    }

    /// <summary>Says goodbye, once.</summary>
    /// <param name="code">Why (§7.4).</param>
    /// <param name="reason">The same in words, at most 123 bytes; may be empty.</param>
    public void Close(ushort code, string reason)
    {
        Span<byte> payload = stackalloc byte[MaxControlBytes];
        BinaryPrimitives.WriteUInt16BigEndian(payload, code);
        int length = sizeof(ushort) + Encoding.UTF8.GetBytes(reason, payload[sizeof(ushort)..]);
        Close(payload[..length]);
    }

    private void Close(ReadOnlySpan<byte> payload)
    {
        if (!IsClosed)
        {
            Write(WebSocketOpcode.Close, payload);
            IsClosed = true;
        }
    }

    private void Write(WebSocketOpcode opcode, ReadOnlySpan<byte> payload)
    {
        output.Write([(byte)(WebSocketFrameHeader.Fin | (int)opcode), (byte)payload.Length]);
        output.Write(payload);
    }

    private void BeginCounting()
    {
        if (time.GetElapsedTime(_countedSince) >= FramePeriod)
        {
            _countedSince = time.GetTimestamp();
            _frames = 0;
        }
    }

    private void Count()
    {
        if (++_frames > MaxFrames)
        {
            Close(PolicyViolation, "too many frames");
        }
    }

    private bool TrySkip(ref SequenceReader<byte> reader)
    {
        long skipped = Math.Min(_toSkip, reader.Remaining);
        reader.Advance(skipped);
        _toSkip -= skipped;
        return _toSkip == 0;
    }

    private void BeginSkipping(in WebSocketFrameHeader header)
    {
        _toSkip = header.PayloadBytes;
        _isInMessage = !header.IsFinal;
        _messageBytes = header.IsFinal ? 0 : _messageBytes + header.PayloadBytes;
    }

    private ushort? FindFault(in WebSocketFrameHeader header)
    {
        bool isInPlace = header.IsControl
            ? header is { IsFinal: true, PayloadBytes: <= MaxControlBytes }
            : _isInMessage == (header.Opcode == WebSocketOpcode.Continuation);
        if (!header.IsWellFormed || !isInPlace)
        {
            return ProtocolError;
        }

        return !header.IsControl && header.PayloadBytes > MaxMessageBytes - _messageBytes ? MessageTooBig : null;
    }

    /// <summary>Takes a frame that is all there.</summary>
    /// <returns>Its payload, unmasked; that of a pong, which nobody asked for, is dropped.</returns>
    private ReadOnlySpan<byte> ReadControl(ref SequenceReader<byte> reader, in WebSocketFrameHeader header)
    {
        Span<byte> mask = stackalloc byte[WebSocketFrameHeader.MaskBytes];
        reader.Advance(header.LengthBytes - mask.Length);
        reader.TryCopyTo(mask);
        reader.Advance(mask.Length);
        Span<byte> payload = header.Opcode == WebSocketOpcode.Pong ? [] : _payload.AsSpan(0, (int)header.PayloadBytes);
        reader.TryCopyTo(payload);
        reader.Advance(header.PayloadBytes);
        for (int i = 0; i < payload.Length; i++)
        {
            payload[i] ^= mask[i % mask.Length];
        }

        return payload;
    }

    /// <summary>Says the client's goodbye back, if it is a proper one (§5.5.1, §7.4).</summary>
    private void ReturnGoodbye(ReadOnlySpan<byte> payload)
    {
        if (payload.Length == 0)
        {
            Close(payload);
            return;
        }

        bool hasCode = BinaryPrimitives.TryReadUInt16BigEndian(payload, out ushort code)
            && code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);
        bool isText = !hasCode || Utf8.IsValid(payload[sizeof(ushort)..]);
        Close(hasCode ? isText ? code : InvalidPayload : ProtocolError, "");
    }
}

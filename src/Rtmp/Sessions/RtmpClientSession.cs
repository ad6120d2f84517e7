using System.Buffers;
using MediaServer.Media;

namespace MediaServer.Rtmp;

/// <summary>The client's side of one RTMP connection, publishing or playing one stream: bytes in, bytes and events out. Does no I/O.</summary>
/// <remarks>
/// Call <see cref="Start"/> once, then <see cref="Receive"/> with what arrives, and send what is written to the output. Once
/// <see cref="State"/> is Publishing, frames may be sent with the <see cref="FrameEnvelope.Rtmp"/> envelope, or by <see cref="WriteMedia"/>.
/// Not thread-safe.
/// </remarks>
public sealed class RtmpClientSession(
    IBufferWriter<byte> output, IRtmpMediaSink sink, SlabPool pool, RtmpLimits limits, TimeProvider time,
    RtmpClientTarget target, RtmpClientRole role) : IDisposable
{
    /// <summary>How far the session has come.</summary>
    public RtmpSessionState State { get; private set; }

    /// <summary>Whether the session is over.</summary>
    public bool IsClosed => State == RtmpSessionState.Closed;

    /// <summary>The message stream that the server gave us; 0 until it did.</summary>
    public uint MessageStreamId { get; private set; }

    /// <summary>Writes the first bytes of the handshake.</summary>
    public void Start() => throw new NotImplementedException($"{output}{sink}{pool}{limits}{time}{target}{role}");

    /// <summary>Reads what was received, as far as it goes.</summary>
    /// <param name="received">All bytes not consumed so far. Bytes in <see cref="Slab"/>s are retained, not copied.</param>
    /// <returns>Up to where the bytes are consumed.</returns>
    /// <exception cref="RtmpProtocolException">The server broke the protocol, or refused; the session is closed.</exception>
    public SequencePosition Receive(ReadOnlySequence<byte> received) => throw new NotImplementedException($"{output}{sink}{pool}{limits}{time}{target}{role}");

    /// <summary>Writes one message of the stream that is being published, copying its payload.</summary>
    /// <param name="type">Audio, video or data.</param>
    /// <param name="timestamp">Milliseconds; 32 bits that wrap.</param>
    /// <param name="payload">An FLV tag body.</param>
    /// <exception cref="InvalidOperationException">The session is not publishing.</exception>
    public void WriteMedia(RtmpMessageType type, uint timestamp, ReadOnlySpan<byte> payload) => throw new NotImplementedException($"{output}{sink}{pool}{limits}{time}{target}{role}");

    /// <summary>Ends publishing or playing in order and closes the session: what is in the output is still to be sent.</summary>
    public void Stop() => throw new NotImplementedException($"{output}{sink}{pool}{limits}{time}{target}{role}");

    /// <summary>Gives back what unfinished messages hold.</summary>
    public void Dispose() => throw new NotImplementedException($"{output}{sink}{pool}{limits}{time}{target}{role}");
}

using System.Buffers;
using MediaServer.Media;

namespace MediaServer.Rtmp;

/// <summary>
/// The server's side of one RTMP connection: bytes in, bytes and events out. Does no I/O and waits for nothing, so it runs wherever the
/// connection's bytes are.
/// </summary>
/// <remarks>
/// <see cref="Receive"/> stops when a client asks to publish or to play: <see cref="PendingRequest"/> is set and nothing more is consumed
/// until one of the four answers was given. Then call <see cref="Receive"/> again with what it left. Not thread-safe.
/// </remarks>
public sealed class RtmpServerSession(
    IBufferWriter<byte> output, IRtmpMediaSink sink, SlabPool pool, RtmpLimits limits, TimeProvider time) : IDisposable
{
    /// <summary>How far the session has come.</summary>
    public RtmpSessionState State { get; private set; }

    /// <summary>Whether the session is over: refused, ended by <see cref="EndPublish"/>, broken by its peer or disposed.</summary>
    public bool IsClosed => State == RtmpSessionState.Closed;

    /// <summary>What the client asked for and waits to have answered.</summary>
    public RtmpRequest? PendingRequest { get; private set; }

    /// <summary>Pings sent since the peer answered one.</summary>
    public int UnansweredPings { get; private set; }

    /// <summary>Media messages that belonged to no accepted publication and were dropped.</summary>
    public long StrayMessages { get; private set; }

    /// <summary>Reads what was received, as far as it goes.</summary>
    /// <param name="received">All bytes not consumed so far. Bytes in <see cref="Slab"/>s are retained, not copied.</param>
    /// <returns>Up to where the bytes are consumed. The rest, if any, is part of a header, or waits for an answer.</returns>
    /// <exception cref="RtmpProtocolException">The peer broke the protocol; the session is closed.</exception>
    public SequencePosition Receive(ReadOnlySequence<byte> received) => throw new NotImplementedException($"{output}{sink}{pool}{limits}{time}");

    /// <summary>Lets the client publish: writes <c>NetStream.Publish.Start</c>.</summary>
    /// <exception cref="InvalidOperationException">No <see cref="PublishRequest"/> is pending.</exception>
    public void AcceptPublish() => throw new NotImplementedException($"{output}{sink}{pool}{limits}{time}");

    /// <summary>Refuses to let the client publish, and closes the session.</summary>
    /// <param name="code">One that encoders understand: <c>NetStream.Publish.BadName</c>, <c>.Denied</c> or <c>.Rejected</c>.</param>
    /// <param name="description">Shown to the encoder's user.</param>
    /// <exception cref="InvalidOperationException">No <see cref="PublishRequest"/> is pending.</exception>
    public void RefusePublish(string code, string description) => throw new NotImplementedException($"{output}{sink}{pool}{limits}{time}");

    /// <summary>Lets the client play: writes everything that stands before the first frame. Frames follow on message stream 1.</summary>
    /// <exception cref="InvalidOperationException">No <see cref="PlayRequest"/> is pending.</exception>
    public void AcceptPlay() => throw new NotImplementedException($"{output}{sink}{pool}{limits}{time}");

    /// <summary>Refuses to let the client play, and closes the session.</summary>
    /// <param name="code">Such as <c>NetStream.Play.StreamNotFound</c>.</param>
    /// <param name="description">Shown to the player's user.</param>
    /// <exception cref="InvalidOperationException">No <see cref="PlayRequest"/> is pending.</exception>
    public void RefusePlay(string code, string description) => throw new NotImplementedException($"{output}{sink}{pool}{limits}{time}");

    /// <summary>Tells a player that the stream is over. Does nothing when the client does not play.</summary>
    public void EndPlay() => throw new NotImplementedException($"{output}{sink}{pool}{limits}{time}");

    /// <summary>Tells a publisher that it may not go on, and closes the session. Does nothing when the client does not publish.</summary>
    /// <param name="code">Such as <c>NetStream.Publish.Denied</c>.</param>
    /// <param name="description">Shown to the encoder's user.</param>
    public void EndPublish(string code, string description) => throw new NotImplementedException($"{output}{sink}{pool}{limits}{time}");

    /// <summary>Asks the peer for a sign of life (RTMP 1.0 §7.1.7, PingRequest).</summary>
    public void SendPing() => throw new NotImplementedException($"{output}{sink}{pool}{limits}{time}");

    /// <summary>Gives back what unfinished messages hold.</summary>
    public void Dispose() => throw new NotImplementedException($"{output}{sink}{pool}{limits}{time}");
}

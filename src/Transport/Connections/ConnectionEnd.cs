namespace MediaServer.Transport;

/// <summary>Why a connection ended.</summary>
public enum ConnectionEnd
{
    /// <summary>It is open.</summary>
    None,

    /// <summary>Closed in order by this side; the peer may have finished first.</summary>
    Closed,

    /// <summary>Cut off by this side.</summary>
    Aborted,

    /// <summary>Reset by the peer, or by the network.</summary>
    Reset,

    /// <summary>The peer did not read the answers to what it sent, and the outbox filled up.</summary>
    OutboxOverflow,

    /// <summary>More bytes would have been kept than a reader may leave unread.</summary>
    InputOverflow,

    /// <summary>The peer did not take the last bytes within the time given.</summary>
    GraceExpired,

    /// <summary>A bug of ours: an exception on the way of its bytes. Logged.</summary>
    Faulted,
}

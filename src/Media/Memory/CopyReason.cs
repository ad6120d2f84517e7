namespace MediaServer.Media;

/// <summary>Why payload bytes were copied in user space: the exceptions to "a frame is received once and never copied again".</summary>
public enum CopyReason
{
    /// <summary>The publisher's chunks were so small that one buffer is cheaper than many vectors for every subscriber.</summary>
    SmallChunks,

    /// <summary>The bytes came from somewhere else than a slab (a file, a test).</summary>
    ForeignMemory,

    /// <summary>The rest of a half-sent frame that left the log while its player stood still.</summary>
    EvictedRest,

    /// <summary>The connection is not owned by a shard: TLS, or a system without epoll.</summary>
    ManagedTransport,

    /// <summary>An HTTP response written through Kestrel's pipe.</summary>
    HttpResponse,
}

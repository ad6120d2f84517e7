using System.ComponentModel.DataAnnotations;

namespace MediaServer.Transport;

/// <summary>How many loops there are, and what one connection may cost.</summary>
public sealed class TransportOptions
{
    /// <summary>Loops of each kind, 1 to 1024. Default: one for each processor.</summary>
    [Range(1, 1024)]
    public int Loops { get; set; } = Environment.ProcessorCount;

    /// <summary>
    /// Whether sockets, too, use the managed loops. Default: only where there is no epoll; anywhere else it costs several times the
    /// processor time.
    /// </summary>
    public bool ManagedOnly { get; set; } = !Poller.IsSupported;

    /// <summary>
    /// Connections that a loop takes before the next one is used, unless it is busy before; beyond that the emptiest loop takes them.
    /// Default 512: few loops with much work send more in one turn.
    /// </summary>
    [Range(1, 1_000_000)]
    public int ConnectionsPerLoop { get; set; } = 512;

    /// <summary>Bytes of answers that may wait for a peer. Default 64 KiB: a client that asks and does not read is no client.</summary>
    [Range(4096, 16 * 1024 * 1024)]
    public int OutboxCapacityBytes { get; set; } = 64 * 1024;

    /// <summary>
    /// Bytes that a reader may leave unconsumed and still ask for more. Default 1 MiB; RTMP leaves less than a header, or what comes
    /// behind a request that is not answered yet.
    /// </summary>
    [Range(4096, int.MaxValue)]
    public int MaxUnreadBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// Bytes that the kernel may hold unsent of a connection that sends media (<c>TCP_NOTSENT_LOWAT</c>). Default 128 KiB: twice what
    /// one send carries. More hides lag from the drop policy.
    /// </summary>
    [Range(16 * 1024, 64 * 1024 * 1024)]
    public int NotSentLowWatermarkBytes { get; set; } = 128 * 1024;
}

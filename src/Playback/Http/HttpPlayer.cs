using System.IO.Pipelines;
using MediaServer.Hub;
using MediaServer.Transport;
using Microsoft.Extensions.Logging;

namespace MediaServer.Playback;

/// <summary>A player that came with an HTTP request.</summary>
internal abstract class HttpPlayer(
    TopicWalk walk, TransportConnection connection, SubscriptionOptions options, TimeSpan stallTimeout, ILogger logger)
    : Player(walk, connection, options, stallTimeout, logger)
{
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when it sends no more frames: its connection is closing, and needs the request no more.</summary>
    public Task Over => _over.Task;

    /// <summary>Takes what the client says, until it has nothing more to say. Call it on the connection's loop.</summary>
    public virtual Task ListenAsync(PipeReader input) => Task.CompletedTask;

    /// <summary>Closes the connection when everything that was begun or written is sent.</summary>
    protected void Close()
    {
        _ = Connection.CloseAsync(CloseGrace).AsTask();
        _over.TrySetResult();
    }
}

using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MediaServer.Playback;

/// <summary>Starts RTMP players: joins each to its stream, and to the walk of its loop over that stream's players.</summary>
public sealed class RtmpPlayers(StreamHub hub, IOptions<PlaybackOptions> options, TimeProvider time, ILogger<RtmpPlayers> logger)
{
    private readonly TopicWalks _walks = new(FrameEnvelope.Rtmp, options.Value.FlushInterval, time);

    /// <summary>
    /// Accepts a session's pending request to play, if the stream is there and the request makes sense. Call it on the connection's loop.
    /// </summary>
    /// <param name="key">The stream.</param>
    /// <param name="connection">Where to send it.</param>
    /// <param name="session">The protocol's side of the connection.</param>
    /// <param name="fault">What is wrong with the request; <see langword="null"/> when nothing is.</param>
    /// <returns>
    /// The player, to be disposed on that loop when the connection ends; <see langword="null"/> when there is a fault, or no such stream.
    /// </returns>
    /// <exception cref="InvalidOperationException">No request is pending.</exception>
    public IDisposable? TryPlay(StreamKey key, TransportConnection connection, RtmpServerSession session, out string? fault)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(session);
        RtmpRequest request = session.PendingRequest ?? throw new InvalidOperationException("Nothing was asked for.");
        if (!PlayerWishes.TryRead(request.FindParameter, out PlayerWishes wishes, out fault) || !hub.TryGetTopic(key, out StreamTopic? topic))
        {
            return null;
        }

        // All tracks also for a client that says that it understands messages of several.
        wishes = wishes with
        {
            AllTracks = wishes.AllTracks || request.Capabilities.Extensions.HasFlag(RtmpExtensions.Multitrack),
            TrackMetadata = true,
        };
        SubscriptionOptions wanted = wishes.ToSubscription(PlayerKind.Rtmp, options.Value.Policy, options.Value.FlushInterval);
        session.AcceptPlay();
        logger.Playing(connection.Id, connection.RemoteEndPoint, key, PlayerKind.Rtmp);
        TopicWalk walk = _walks.Get(connection.Loop, topic);
        return new RtmpPlayer(walk, connection, session, wanted, options.Value.StallTimeout, logger);
    }
}

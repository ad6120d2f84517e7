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

    /// <summary>Accepts a session's pending request to play, if the stream is there. Call it on the connection's loop.</summary>
    /// <returns>The player, to be disposed on that loop when the connection ends; <see langword="null"/> when there is no such stream.</returns>
    public IDisposable? TryPlay(StreamKey key, TransportConnection connection, RtmpServerSession session)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(session);
        if (!hub.TryGetTopic(key, out StreamTopic? topic))
        {
            return null;
        }

        FrameSelection selection = SelectionOf(session.PendingRequest);
        session.AcceptPlay();
        logger.Playing(connection.Id, connection.RemoteEndPoint, key, PlayerKind.Rtmp);
        TopicWalk walk = _walks.Get(connection.Loop, topic);
        return new RtmpPlayer(walk, connection, session, selection, options.Value.StallTimeout, logger);
    }

    /// <summary>Of several tracks of a kind the first, unless the client says that it understands messages of several, or asks for them.</summary>
    private static FrameSelection SelectionOf(RtmpRequest? request) => new()
    {
        AllTracks = request is not null
            && (request.Capabilities.Extensions.HasFlag(RtmpExtensions.Multitrack) || request.FindParameter("tracks") == "all"),
    };
}

using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Transport;
using Microsoft.Extensions.Logging;

namespace MediaServer.Playback;

/// <summary>A player of an endless FLV file, which says nothing and is told nothing: its file ends, or breaks off.</summary>
internal sealed class FlvPlayer : HttpPlayer
{
    public FlvPlayer(
        TopicWalk walk, TransportConnection connection, SubscriptionOptions options, TimeSpan stallTimeout, ILogger logger)
        : base(walk, connection, options, stallTimeout, logger)
    {
        KindCounts frames = walk.Topic.Published;
        FlvWriter.WriteHeader(connection.Outbox, frames.Audio > 0, frames.Video > 0);
    }

    /// <inheritdoc/>
    protected override void End() => Close();

    /// <inheritdoc/>
    protected override void CutOff() => Connection.Abort();
}

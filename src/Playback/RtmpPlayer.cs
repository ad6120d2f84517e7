using MediaServer.Hub;
using MediaServer.Rtmp;
using MediaServer.Transport;
using Microsoft.Extensions.Logging;

namespace MediaServer.Playback;

/// <summary>A player over RTMP, which may pause, and turn audio or video off.</summary>
internal sealed class RtmpPlayer : Player
{
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(2);

    private readonly RtmpServerSession _session;
    private readonly FrameSelection _selection; // of a player that turned nothing off

    public RtmpPlayer(
        TopicWalk walk,
        TransportConnection connection,
        RtmpServerSession session,
        FrameSelection selection,
        TimeSpan stallTimeout,
        ILogger logger)
        : base(
            walk,
            connection,
            new SubscriptionOptions { Kind = PlayerKind.Rtmp, Selection = SelectWanted(selection, session) },
            stallTimeout,
            logger)
    {
        _session = session;
        _selection = selection;
        session.PlayChanged += Select;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _session.PlayChanged -= Select;
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void End()
    {
        _session.EndPlay(); // or ffplay waits for ever
        Connection.Flush();
        _ = Connection.CloseAsync(CloseGrace).AsTask();
    }

    /// <inheritdoc/>
    protected override void CutOff() => Connection.Abort();

    private static FrameSelection SelectWanted(FrameSelection selection, RtmpServerSession session) => selection with
    {
        Audio = session.WantsAudio && !session.IsPaused,
        Video = session.WantsVideo && !session.IsPaused,
    };

    // Nothing is kept for a player that pauses: it goes on live, with video from a random access point on.
    private void Select() => Subscription.Selection = SelectWanted(_selection, _session);
}

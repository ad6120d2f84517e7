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
        SubscriptionOptions options,
        TimeSpan stallTimeout,
        ILogger logger)
        : base(walk, connection, options with { Selection = SelectWanted(options.Selection, session) }, stallTimeout, logger)
    {
        _session = session;
        _selection = options.Selection;
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
        Close();
    }

    /// <inheritdoc/>
    protected override void CutOff()
    {
        _session.CutOffPlay("This player does not take the stream as fast as it comes.");
        Close();
    }

    private void Close() => _ = Connection.CloseAsync(CloseGrace).AsTask();

    private static FrameSelection SelectWanted(FrameSelection selection, RtmpServerSession session) => selection with
    {
        Audio = session.WantsAudio && !session.IsPaused,
        Video = session.WantsVideo && !session.IsPaused,
    };

    // Nothing is kept for a player that pauses: it goes on live, with video from a random access point on.
    private void Select() => Subscription.Selection = SelectWanted(_selection, _session);
}

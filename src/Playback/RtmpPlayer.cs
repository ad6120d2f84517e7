using System.Diagnostics.CodeAnalysis;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.Transport;
using Microsoft.Extensions.Logging;

namespace MediaServer.Playback;

/// <summary>One RTMP player: its subscription, written to its connection as fast as it takes it. Runs on the connection's loop.</summary>
internal sealed class RtmpPlayer : IFrameSource, IDisposable
{
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(2);

    private readonly TopicWalk _walk;
    private readonly TransportConnection _connection;
    private readonly RtmpServerSession _session;
    private readonly Subscription _subscription;
    private readonly FrameSelection _selection; // of a player that turned nothing off
    private readonly TimeSpan _stallTimeout;
    private readonly ILogger _logger;
    private readonly Action<TopicWalk> _left;
    private bool _isOver;

    public RtmpPlayer(
        TopicWalk walk,
        TransportConnection connection,
        RtmpServerSession session,
        FrameSelection selection,
        TimeSpan stallTimeout,
        Action<TopicWalk> left,
        ILogger logger)
    {
        _walk = walk;
        _connection = connection;
        _session = session;
        _selection = selection;
        _stallTimeout = stallTimeout;
        _left = left;
        _logger = logger;
        _subscription = walk.Topic.Subscribe(
            new SubscriptionOptions { Kind = PlayerKind.Rtmp, ConfirmsDelivery = true, Selection = SelectWanted() });
        session.PlayChanged += Select;
        connection.StartSending(this, FrameEnvelope.Rtmp);
        walk.Add(this);
    }

    /// <summary>Sends what is new, unless the socket is full: then only looks how long it has been so.</summary>
    public void Advance()
    {
        if (_isOver)
        {
            return;
        }

        if (!_connection.IsBlocked)
        {
            _connection.Flush();
            EndIfDrained();
            return;
        }

        if (_connection.HalfSentOffset is var offset and >= 0 && offset < _walk.Topic.Tail)
        {
            _connection.DetachHalfSent(); // it left the log: its slabs must not stay for a player that stands still
        }

        if (_connection.SinceProgress >= _stallTimeout)
        {
            _isOver = true;
            _logger.Stalled(_connection.Id, _connection.RemoteEndPoint, _walk.Topic.Key, _stallTimeout);
            _connection.Abort();
        }
    }

    /// <inheritdoc/>
    public bool TryRead([MaybeNullWhen(false)] out MediaFrame frame)
    {
        if (_subscription.TryRead(out frame))
        {
            return true;
        }

        HaveGoodbyeSaid();
        return false;
    }

    /// <inheritdoc/>
    public void Sent(MediaFrame frame)
    {
        _subscription.ConfirmDelivered(frame);
        HaveGoodbyeSaid();
    }

    /// <inheritdoc/>
    public void Lost(MediaFrame frame)
    {
        if (_connection.End == ConnectionEnd.None)
        {
            _subscription.ReportLost(frame); // else it counts as disconnected, with all that is in flight
            HaveGoodbyeSaid();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        _session.PlayChanged -= Select;
        _walk.Remove(this);
        _subscription.Dispose(); // first: what was read and not sent is lost because it left, not because it lagged
        _connection.StopSending();
        _logger.Stopped(_connection.Id, _walk.Topic.Key, _subscription.Delivery.Delivered.Total, _subscription.Delivery.Dropped.Total);
        _left(_walk);
    }

    /// <summary>The end may be reached while the socket is sending, which nobody may change then: a walk follows it up.</summary>
    private void HaveGoodbyeSaid()
    {
        if (_subscription.IsCompleted && !_isOver)
        {
            _walk.LookAtAll();
        }
    }

    // Nothing is kept for a player that pauses: it goes on live, with video from a random access point on.
    private void Select() => _subscription.Selection = SelectWanted();

    private FrameSelection SelectWanted() => _selection with
    {
        Audio = _session.WantsAudio && !_session.IsPaused,
        Video = _session.WantsVideo && !_session.IsPaused,
    };

    private void EndIfDrained()
    {
        if (!_subscription.IsCompleted)
        {
            return;
        }

        _isOver = true;
        _session.EndPlay(); // or ffplay waits for ever
        _connection.Flush();
        _ = _connection.CloseAsync(CloseGrace).AsTask();
    }
}

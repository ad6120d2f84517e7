using System.Diagnostics.CodeAnalysis;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Transport;
using Microsoft.Extensions.Logging;

namespace MediaServer.Playback;

/// <summary>
/// One player: its subscription, written to its connection as fast as that takes it. What is the same for every protocol; what is said
/// before, between and after the media is its heirs'. Runs on the connection's loop.
/// </summary>
internal abstract class Player : IFrameSource, IDisposable
{
    private readonly TopicWalk _walk;
    private readonly TimeSpan _stallTimeout;
    private readonly ILogger _logger;
    private long _sentAt;       // when the send was over that is being answered
    private long _stampedCalls; // sends of the connection, when that was looked up
    private int _restBytes; // of a frame that left the log before all of it was sent
    private long _countedCalls;
    private long _countedBytes;
    private bool _isOver;

    /// <summary>Joins the stream, and the walk over its players.</summary>
    protected Player(
        TopicWalk walk, TransportConnection connection, SubscriptionOptions options, TimeSpan stallTimeout, ILogger logger)
    {
        _walk = walk;
        _stallTimeout = stallTimeout;
        _logger = logger;
        Connection = connection;
        Subscription = walk.Topic.Subscribe(
            options with { ConfirmsDelivery = true, Name = connection.Id, Peer = connection.RemoteEndPoint.ToString() });
        _countedCalls = connection.SendCalls;
        _countedBytes = connection.BytesSent;
        connection.StartSending(this, walk.Envelope);
        walk.Add(this);
    }

    /// <summary>Its place among the walk's players; −1 once it has left. The walk's.</summary>
    public int PlaceInWalk { get; set; } = -1;

    /// <summary>Whether the walk looks at it from time to time because it is blocked. The walk's.</summary>
    public bool IsWatched { get; set; }

    /// <summary>Whether its socket takes no more for now.</summary>
    public bool IsBlocked => Connection.IsBlocked;

    protected TransportConnection Connection { get; }

    protected Subscription Subscription { get; }

    /// <summary>Reads what <see cref="Advance"/> will read of it, so that it is in the processor's cache by then.</summary>
    /// <returns>A number that means nothing.</returns>
    public long Preload() => Connection.Preload() + Subscription.Preload();

    /// <summary>Sends what is new, unless the socket is full; and ends the player if it is time.</summary>
    public void Advance()
    {
        if (_isOver)
        {
            return;
        }

        if (!Connection.IsBlocked)
        {
            Connection.Flush();
            CountSends();
        }
        else if (Connection.HalfSentOffset is var offset and >= 0 && offset < _walk.Topic.Tail)
        {
            DetachHalfSent(); // it left the log: its slabs must not stay for a player that stands still
        }

        GiveRestBack();
        EndIfOver();
    }

    /// <inheritdoc/>
    public bool TryTakeRun([NotNullWhen(true)] out FrameRun? run)
    {
        run = _walk.Run;
        return Subscription.TryTake(run);
    }

    /// <inheritdoc/>
    public bool TryRead([MaybeNullWhen(false)] out MediaFrame frame)
    {
        // Who has caught up leaves what came after the walk began to the next: it will be part of a run there.
        if ((Subscription.Cursor < _walk.End || Subscription.IsCatchingUp) && Subscription.TryRead(out frame))
        {
            return true;
        }

        frame = null;
        HaveGoodbyeSaid();
        return false;
    }

    /// <inheritdoc/>
    public void Sent(MediaFrame frame)
    {
        if (_stampedCalls != Connection.SendCalls)
        {
            _stampedCalls = Connection.SendCalls;
            _sentAt = Connection.Loop.Time.GetTimestamp();
        }

        Subscription.ConfirmDelivered(frame, _sentAt);
        HaveGoodbyeSaid();
    }

    /// <inheritdoc/>
    public void Sent(FrameRun run)
    {
        Subscription.ConfirmDelivered(run, Connection.Loop.Time.GetTimestamp());
        HaveGoodbyeSaid();
    }

    /// <inheritdoc/>
    public void Lost(MediaFrame frame)
    {
        if (Connection.End == ConnectionEnd.None && !_isOver)
        {
            Subscription.ReportLost(frame); // else it counts as disconnected, with all that is in flight
            HaveGoodbyeSaid();
        }
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        _isOver = true;
        CountSends();
        GiveRestBack();
        _walk.Remove(this);
        Subscription.Dispose(); // first: what was read and not sent is lost because it left, not because it lagged
        Connection.StopSending();
        _logger.Stopped(Connection.Id, _walk.Topic.Key, Subscription.Delivery.Delivered.Total, Subscription.Delivery.Dropped.Total);
    }

    /// <summary>The stream is over and the player has all of it: says so, and closes.</summary>
    protected abstract void End();

    /// <summary>The player cannot keep up and may not go on: tells it, where the protocol has words for that, and closes.</summary>
    protected abstract void CutOff();

    /// <summary>The end may be reached while the socket is sending, which nobody may change then: a walk follows it up.</summary>
    private void HaveGoodbyeSaid()
    {
        if ((Subscription.IsCompleted || Subscription.IsCutOff) && !_isOver)
        {
            _walk.LookAt(this);
        }
    }

    private void EndIfOver()
    {
        if (Subscription.IsCutOff)
        {
            _isOver = true;
            _logger.TooSlow(Connection.Id, Connection.RemoteEndPoint, _walk.Topic.Key);
            CutOff();
        }
        else if (Subscription.IsCompleted)
        {
            _isOver = true;
            End();
        }
        else if (Connection.SinceProgress >= _stallTimeout)
        {
            _isOver = true;
            Subscription.CutOff();
            _logger.Stalled(Connection.Id, Connection.RemoteEndPoint, _walk.Topic.Key, _stallTimeout);
            CutOff();
        }
    }

    /// <summary>Has the rest of the half-sent frame copied, if there is room for it; else the player is too slow to be kept.</summary>
    private void DetachHalfSent()
    {
        int rest = Connection.HalfSentBytesLeft;
        if (_walk.Rests.TryTake(rest))
        {
            _restBytes = rest;
            Connection.DetachHalfSent();
        }
        else
        {
            Subscription.CutOff();
        }
    }

    /// <summary>Gives the room of a copied rest back when it was sent, or the player leaves.</summary>
    private void GiveRestBack()
    {
        bool isSent = Connection.HalfSentBytesLeft == 0 || Connection.HalfSentOffset >= 0;
        if (_restBytes > 0 && (isSent || _isOver))
        {
            _walk.Rests.Return(_restBytes);
            _restBytes = 0;
        }
    }

    private void CountSends()
    {
        Subscription.CountSends(Connection.SendCalls - _countedCalls, Connection.BytesSent - _countedBytes);
        _countedCalls = Connection.SendCalls;
        _countedBytes = Connection.BytesSent;
    }
}

using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Transport;

namespace MediaServer.Playback;

/// <summary>
/// One loop's players of one stream over one protocol. The publisher's signal queues a single walk, which gives every player what is new, one gathered write
/// each: so publishing costs the same for one player and for a thousand. Frames that come close together wait for each other
/// (<see cref="FlushInterval"/>).
/// </summary>
/// <remarks>All but <see cref="FramesAvailable"/> runs on the loop.</remarks>
internal sealed class TopicWalk : ITopicSignal, IThreadPoolWorkItem, IDisposable
{
    /// <summary>How long a walk goes on before the loop's other sockets have their turn.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(1);

    /// <summary>How often players are looked at though nothing is published, to cut off those that stand still.</summary>
    private static readonly TimeSpan IdlePeriod = TimeSpan.FromSeconds(1);

    private readonly List<Player> _players = [];
    private readonly TimeProvider _time;
    private readonly FlushInterval _flushInterval;
    private readonly Action<TopicWalk> _onEmpty;
    private readonly ITimer _idle;
    private readonly ITimer _flush;
    private int _isPosted;  // 1 while the loop has this to run
    private int _hasNews;   // 1 when there may be frames that nobody was sent
    private int _isLookDue; // 1 when every player is to be visited, news or not
    private KindCounts _walked;    // what had been published when the last walk began
    private long _waitingSince = -1; // when the first frame came that waits for others
    private int _next;     // who was visited last; the walk goes down and around
    private int _remaining;

    /// <param name="topic">The stream.</param>
    /// <param name="loop">The loop.</param>
    /// <param name="envelope">What stands around each frame on the way to these players: the same bytes for all of them.</param>
    /// <param name="flushInterval">How long frames may wait for others.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onEmpty">Called when the last player has left: whoever holds the walk disposes of it.</param>
    public TopicWalk(
        StreamTopic topic, EventLoop loop, FrameEnvelope envelope, FlushInterval flushInterval, TimeProvider time, Action<TopicWalk> onEmpty)
    {
        Topic = topic;
        Loop = loop;
        Envelope = envelope;
        _flushInterval = flushInterval;
        _onEmpty = onEmpty;
        _walked = topic.Published; // who joins is sent what there is at once
        _time = time;
        _idle = time.CreateTimer(static state => ((TopicWalk)state!).LookAtAll(), this, IdlePeriod, IdlePeriod);
        _flush = time.CreateTimer(
            static state => ((TopicWalk)state!).FramesAvailable(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        topic.AddSignal(this);
    }

    public StreamTopic Topic { get; }

    public EventLoop Loop { get; }

    public FrameEnvelope Envelope { get; }

    public void Add(Player player) => _players.Add(player);

    public void Remove(Player player)
    {
        int index = _players.IndexOf(player);
        if (index < 0)
        {
            return;
        }

        _players[index] = _players[^1];
        _players.RemoveAt(_players.Count - 1);
        if (_remaining > 0)
        {
            _remaining = _players.Count; // the one that moved may not have been visited yet
        }

        if (_players.Count == 0)
        {
            _onEmpty(this);
        }
    }

    /// <inheritdoc/>
    public void FramesAvailable()
    {
        Volatile.Write(ref _hasNews, 1);
        PostOnce();
    }

    /// <inheritdoc/>
    public void Execute()
    {
        Interlocked.Exchange(ref _isPosted, 0); // first: whatever is published from here on posts again
        if (Interlocked.Exchange(ref _hasNews, 0) == 1 && IsWalkDue())
        {
            _remaining = _players.Count;
        }

        long begun = _time.GetTimestamp();
        while (_remaining > 0)
        {
            _remaining--;
            _next = _next > 0 && _next <= _players.Count ? _next - 1 : _players.Count - 1;
            _players[_next].Advance(); // may end the player, which removes it from the list
            if (_remaining > 0 && _time.GetElapsedTime(begun) >= Turn)
            {
                PostOnce();
                return;
            }
        }
    }

    public void Dispose()
    {
        Topic.RemoveSignal(this);
        _idle.Dispose();
        _flush.Dispose();
    }

    /// <summary>Has every player looked at, though nothing was published.</summary>
    public void LookAtAll()
    {
        Volatile.Write(ref _isLookDue, 1);
        FramesAvailable();
    }

    /// <summary>Whether to walk now. If what is new may wait for more, the timer comes back to it.</summary>
    private bool IsWalkDue()
    {
        KindCounts published = Topic.Published;
        bool isLookDue = Interlocked.Exchange(ref _isLookDue, 0) == 1 || Topic.IsEnded;
        KindCounts news = published - _walked;
        if (!isLookDue && news.Total > 0)
        {
            long now = _time.GetTimestamp();
            _waitingSince = _waitingSince < 0 ? now : _waitingSince;
            TimeSpan wait = _flushInterval.GetWait(Loop.Load, isAudioOnly: published.Video > 0 && news.Video == 0)
                - _time.GetElapsedTime(_waitingSince, now);
            if (wait > TimeSpan.Zero)
            {
                _flush.Change(wait, Timeout.InfiniteTimeSpan);
                return false;
            }
        }

        _walked = published;
        _waitingSince = -1;
        return isLookDue || news.Total > 0;
    }

    private void PostOnce()
    {
        if (Interlocked.Exchange(ref _isPosted, 1) == 0)
        {
            Loop.Post(this);
        }
    }
}

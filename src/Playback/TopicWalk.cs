using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Transport;

namespace MediaServer.Playback;

/// <summary>
/// One loop's players of one stream over one protocol. The publisher's signal queues a single walk, which takes what is new once, as a run,
/// and gives it to every player with one gathered write each: so publishing costs the same for one player and for a thousand. Frames that
/// come close together wait for each other (<see cref="FlushInterval"/>).
/// </summary>
/// <remarks>
/// All but <see cref="FramesAvailable"/> runs on the loop. A walk that yielded is finished before the next begins: the players that it has
/// not come to yet get the same run, and what is published meanwhile waits for the next.
/// </remarks>
internal sealed class TopicWalk : ITopicSignal, IThreadPoolWorkItem, IDisposable
{
    /// <summary>How long a walk goes on before the loop's other sockets have their turn.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(1);

    /// <summary>Players whose memory is fetched together.</summary>
    private const int PreloadedPlayers = 16;

    /// <summary>How often blocked players are looked at though nothing is published, to cut off those that stand still.</summary>
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    /// <summary>Of frames that left the log, the rests that players who stand still may keep: some frames of the largest streams.</summary>
    private const long RestBytes = 16 * 1024 * 1024;

    private readonly List<Player> _players = [];
    private readonly List<Player> _watched = []; // found blocked
    private readonly List<Player> _called = [];  // asked for
    private readonly TimeProvider _time;
    private readonly FlushInterval _flushInterval;
    private readonly Action<TopicWalk> _onEmpty;
    private readonly ITimer _look;
    private readonly ITimer _flush;
    private int _isPosted;  // 1 while the loop has this to run
    private int _hasNews;   // 1 when there may be frames that nobody was sent
    private int _isLookDue; // 1 when the watched players are to be visited
    private KindCounts _walked;      // what had been published when the last walk began
    private long _waitingSince = -1; // when the first frame came that waits for others
    private long _preloaded;
    private int _left;               // players that the walk has yet to visit: those before this index

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
        Run = new FrameRun(envelope);
        _flushInterval = flushInterval;
        _onEmpty = onEmpty;
        _walked = topic.Published; // who joins is sent what there is at once
        End = _walked.Total;
        _time = time;
        _look = loop.CreateTimer(OnLookDue, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _flush = loop.CreateTimer(FramesAvailable, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        topic.AddSignal(this);
    }

    public StreamTopic Topic { get; }

    public EventLoop Loop { get; }

    public FrameEnvelope Envelope => Run.Envelope;

    /// <summary>Where the players take room for what they have copied.</summary>
    public RestBudget Rests { get; } = new(RestBytes);

    /// <summary>What the walk under way gives to those who have got all before; empty between walks.</summary>
    public FrameRun Run { get; }

    /// <summary>The offset of the frame behind the last that players are given: what comes from there on waits for the next walk.</summary>
    public long End { get; private set; }

    public void Add(Player player)
    {
        player.PlaceInWalk = _players.Count;
        _players.Add(player);
    }

    public void Remove(Player player)
    {
        int place = player.PlaceInWalk;
        if (place < 0)
        {
            return;
        }

        Player last = _players[^1];
        _players[place] = last; // if it was visited already, and comes before those that were not, it is visited twice
        last.PlaceInWalk = place;
        player.PlaceInWalk = -1;
        _players.RemoveAt(_players.Count - 1);
        _left = Math.Min(_left, _players.Count);
        if (_players.Count == 0)
        {
            Run.Clear();
            _onEmpty(this);
        }
    }

    /// <inheritdoc/>
    public void FramesAvailable()
    {
        Volatile.Write(ref _hasNews, 1);
        PostOnce();
    }

    /// <summary>Has a player looked at soon.</summary>
    public void LookAt(Player player)
    {
        _called.Add(player);
        PostOnce();
    }

    /// <inheritdoc/>
    public void Execute()
    {
        Interlocked.Exchange(ref _isPosted, 0); // first: whatever is published from here on posts again
        VisitCalled();
        if (Interlocked.Exchange(ref _isLookDue, 0) == 1)
        {
            VisitWatched();
        }

        if (_left == 0)
        {
            BeginIfDue();
        }

        if (WalkOn())
        {
            Run.Clear();
        }

        if (_left > 0 || Volatile.Read(ref _hasNews) == 1)
        {
            PostOnce();
        }
    }

    public void Dispose()
    {
        Topic.RemoveSignal(this);
        _look.Dispose();
        _flush.Dispose();
    }

    /// <summary>Begins a walk if there is something new. If that may wait for more, the timer comes back to it.</summary>
    private void BeginIfDue()
    {
        if (Interlocked.Exchange(ref _hasNews, 0) == 0)
        {
            return;
        }

        bool isEnded = Topic.IsEnded; // before looking at what there is
        KindCounts published = Topic.Published;
        KindCounts news = published - _walked;
        if (news.Total == 0 && !isEnded)
        {
            return;
        }

        long now = _time.GetTimestamp();
        _waitingSince = _waitingSince < 0 ? now : _waitingSince;
        TimeSpan waited = _time.GetElapsedTime(_waitingSince, now);
        TimeSpan wait = _flushInterval.GetWait(Loop.Load, isAudioOnly: published.Video > 0 && news.Video == 0) - waited;
        if (wait > TimeSpan.Zero && !isEnded)
        {
            _flush.Change(wait, Timeout.InfiniteTimeSpan);
            return;
        }

        Topic.FlushDelays.Record(waited);
        Topic.Fill(Run, End);
        End = isEnded ? long.MaxValue : published.Total;
        _walked = published;
        _waitingSince = -1;
        _left = _players.Count;
    }

    /// <summary>Visits players until all were or the turn is over.</summary>
    /// <returns>Whether all were.</returns>
    private bool WalkOn()
    {
        long begun = _time.GetTimestamp();
        for (int visited = 0; _left > 0; visited++)
        {
            if (visited % PreloadedPlayers == 0)
            {
                Preload();
            }

            Visit(_players[--_left]); // may end the player, which removes it from the list
            if (_time.GetElapsedTime(begun) >= Turn)
            {
                break;
            }
        }

        return _left == 0;
    }

    /// <summary>
    /// Has the next players' memory fetched at once. By its turn a player's state has left the cache, because the kernel has moved as many
    /// bytes as there are players since the last walk; fetched one by one it costs a tenth of the send, and together the waits overlap.
    /// </summary>
    private void Preload()
    {
        long sum = 0;
        for (int i = Math.Max(_left - PreloadedPlayers, 0); i < _left; i++)
        {
            sum += _players[i].Preload();
        }

        Volatile.Write(ref _preloaded, sum); // or the reads might be left out
    }

    private void Visit(Player player)
    {
        player.Advance();
        if (NeedsWatching(player) && !player.IsWatched)
        {
            player.IsWatched = true;
            _watched.Add(player);
            if (_watched.Count == 1)
            {
                _look.Change(LookPeriod, LookPeriod);
            }
        }
    }

    private void VisitCalled()
    {
        while (_called.Count > 0)
        {
            Player player = _called[^1];
            _called.RemoveAt(_called.Count - 1); // first: a visit may add to it, or fail
            Visit(player);
        }
    }

    private void VisitWatched()
    {
        for (int i = _watched.Count - 1; i >= 0; i--)
        {
            Player player = _watched[i];
            player.Advance();
            if (!NeedsWatching(player))
            {
                player.IsWatched = false;
                _watched[i] = _watched[^1];
                _watched.RemoveAt(_watched.Count - 1);
            }
        }

        if (_watched.Count == 0)
        {
            _look.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Whether no walk may come any more that would visit the player, though something is to become of it.</summary>
    private bool NeedsWatching(Player player) => player.IsBlocked || (player.PlaceInWalk >= 0 && Topic.IsEnded);

    private void OnLookDue()
    {
        Volatile.Write(ref _isLookDue, 1);
        PostOnce();
    }

    private void PostOnce()
    {
        if (Interlocked.Exchange(ref _isPosted, 1) == 0)
        {
            Loop.Post(this);
        }
    }
}

using MediaServer.Hub;
using MediaServer.Transport;

namespace MediaServer.Playback;

/// <summary>
/// One loop's players of one stream. The publisher's signal queues a single walk, which gives every player what is new, one gathered write
/// each: so publishing costs the same for one player and for a thousand.
/// </summary>
/// <remarks>All but <see cref="FramesAvailable"/> runs on the loop.</remarks>
internal sealed class TopicWalk : ITopicSignal, IThreadPoolWorkItem, IDisposable
{
    /// <summary>How long a walk goes on before the loop's other sockets have their turn.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(1);

    /// <summary>How often players are looked at though nothing is published, to cut off those that stand still.</summary>
    private static readonly TimeSpan IdlePeriod = TimeSpan.FromSeconds(1);

    private readonly List<RtmpPlayer> _players = [];
    private readonly TimeProvider _time;
    private readonly ITimer _idle;
    private int _isPosted; // 1 while the loop has this to run
    private int _hasNews;  // 1 when every player is to be visited again
    private int _next;     // who was visited last; the walk goes down and around
    private int _remaining;

    public TopicWalk(StreamTopic topic, EventLoop loop, TimeProvider time)
    {
        Topic = topic;
        Loop = loop;
        _time = time;
        _idle = time.CreateTimer(static state => ((TopicWalk)state!).FramesAvailable(), this, IdlePeriod, IdlePeriod);
        topic.AddSignal(this);
    }

    public StreamTopic Topic { get; }

    public EventLoop Loop { get; }

    public bool IsEmpty => _players.Count == 0;

    public void Add(RtmpPlayer player) => _players.Add(player);

    public void Remove(RtmpPlayer player)
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
        if (Interlocked.Exchange(ref _hasNews, 0) == 1)
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
    }

    private void PostOnce()
    {
        if (Interlocked.Exchange(ref _isPosted, 1) == 0)
        {
            Loop.Post(this);
        }
    }
}

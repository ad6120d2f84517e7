using System.Net;

namespace MediaServer.Load;

/// <summary>
/// Runs players. The crowd leaves the epoll with its first key frame and is emptied every 20 ms: then no wake-up of ours is charged to the
/// server's sends, as there is none where players are other machines.
/// </summary>
internal sealed class PlayLoop(IReadOnlyList<Player> players, PlayOptions options, IPEndPoint address, Schedule schedule)
    : ClientLoop(players, address, schedule)
{
    private const long SweepPeriod = 20 * Clock.Millisecond;

    private readonly List<Player> _crowd = [];
    private readonly HashSet<Player> _standing = [];
    private readonly long _stallFrom = schedule.Steady + options.StallAt.ToNanoseconds();
    private readonly long _stallTo = schedule.Steady + (options.StallAt + options.StallFor).ToNanoseconds();
    private long _nextSweep;
    private bool _hasStalled;
    private long _bytesBeforeResuming;

    /// <summary>Bytes that those who had stopped reading got afterwards.</summary>
    public long BytesAfterStall => _standing.Sum(player => player.Bytes) - _bytesBeforeResuming;

    protected override long Work(long now)
    {
        if (now >= _nextSweep)
        {
            Sweep(now);
            _nextSweep = now + SweepPeriod;
        }

        return Math.Min(_crowd.Count > 0 ? _nextSweep : long.MaxValue, StallAndResume(now));
    }

    protected override void OnSteady()
    {
        Sweep(Clock.Now);
        foreach (Player player in players)
        {
            player.Begin();
        }
    }

    protected override void OnEnd()
    {
        Sweep(Clock.Now);
        foreach (Player player in players)
        {
            player.Finish(Clock.Now);
        }
    }

    protected override void OnHandled(LoadClient client)
    {
        if (client is Player { Role: PlayerRole.Crowd, HasPicture: true, State: ClientState.Live } player)
        {
            Poller.Forget(player.Socket.Descriptor);
            _crowd.Add(player);
        }
    }

    private void Sweep(long now)
    {
        for (int i = _crowd.Count - 1; i >= 0; i--)
        {
            Player player = _crowd[i];
            ReceiveResult result = options.Discards ? player.Socket.Discard(Buffer) : player.Socket.Receive(Buffer);
            if (result.HasEnded)
            {
                player.End("the server closed the connection");
            }
            else if (result.Bytes > 0 && options.Discards)
            {
                player.Drop(result.Bytes);
                (player as RtmpPlayer)?.KeepAlive(now);
            }
            else if (result.Bytes > 0)
            {
                player.Receive(Buffer.AsSpan(0, result.Bytes));
                player.Flush();
            }

            if (player.State == ClientState.Over)
            {
                _crowd[i] = _crowd[^1];
                _crowd.RemoveAt(_crowd.Count - 1);
            }
        }
    }

    /// <returns>When the next of both is due.</returns>
    private long StallAndResume(long now)
    {
        if (!_hasStalled && now >= _stallFrom)
        {
            _hasStalled = true;
            foreach (Player player in players.Where(player => player is { Role: PlayerRole.Staller, State: ClientState.Live }))
            {
                Poller.Forget(player.Socket.Descriptor);
                _standing.Add(player);
            }
        }

        if (_hasStalled && _bytesBeforeResuming == 0 && now >= _stallTo && _standing.Count > 0)
        {
            _bytesBeforeResuming = _standing.Sum(player => player.Bytes);
            foreach (Player player in _standing.Where(player => player.State == ClientState.Live))
            {
                Watch(player); // reports what is there
            }
        }

        return now < _stallFrom ? _stallFrom : now < _stallTo ? _stallTo : long.MaxValue;
    }
}

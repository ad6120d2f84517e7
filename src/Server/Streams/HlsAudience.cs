using System.Collections.Concurrent;
using System.Net;
using MediaServer.Hub;
using MediaServer.Media;

namespace MediaServer.Server.Streams;

/// <summary>
/// How many players watch over HLS: those that asked for a playlist of a live stream lately. A player is an address and a user agent,
/// so that two of a kind behind one address count once.
/// </summary>
internal sealed class HlsAudience(StreamHub hub, TimeProvider time)
{
    /// <summary>What HLS is called in statistics.</summary>
    public const string Kind = "hls";

    private const int MaxPlayers = 100_000; // beyond that new ones are not counted

    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(12); // a player asks every 2 to 10 s: once a target duration

    private readonly ConcurrentDictionary<(StreamKey Key, IPAddress Address, int Agent), long> _seen = new();
    private long _sweptAt;

    /// <summary>Takes note of a request for a playlist, <c>/{app}/{stream}/…</c>. Of a stream that is not live nothing is kept.</summary>
    public void Note(ReadOnlySpan<char> path, IPAddress address, string agent)
    {
        if (FindStream(path) is { } key)
        {
            Sweep();
            (StreamKey, IPAddress, int) player = (key, address, agent.GetHashCode(StringComparison.Ordinal));
            if (_seen.Count < MaxPlayers || _seen.ContainsKey(player))
            {
                _seen[player] = time.GetTimestamp();
            }
        }
    }

    /// <summary>The players of one stream.</summary>
    public int Count(StreamKey key) => _seen.Count(player => player.Key.Key == key && time.GetElapsedTime(player.Value) <= Lately);

    /// <summary>The players of all streams.</summary>
    public int Count() => _seen.Count(player => time.GetElapsedTime(player.Value) <= Lately);

    // The stream's name is followed by the playlist's, and before that perhaps by the epoch's and the rendition's.
    private StreamKey? FindStream(ReadOnlySpan<char> path)
    {
        for (int slash = path.LastIndexOf('/'); slash > 0; slash = path[..slash].LastIndexOf('/'))
        {
            if (StreamKey.TryParse(path[..slash], out StreamKey key, out _) && hub.TryGetTopic(key, out _))
            {
                return key;
            }
        }

        return null;
    }

    private void Sweep()
    {
        long now = time.GetTimestamp();
        long sweptAt = Volatile.Read(ref _sweptAt);
        if (time.GetElapsedTime(sweptAt, now) < Lately || Interlocked.CompareExchange(ref _sweptAt, now, sweptAt) != sweptAt)
        {
            return;
        }

        foreach (KeyValuePair<(StreamKey, IPAddress, int), long> player in _seen.Where(player => time.GetElapsedTime(player.Value, now) > Lately))
        {
            _seen.TryRemove(player);
        }
    }
}

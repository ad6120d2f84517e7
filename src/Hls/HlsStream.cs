using System.Security.Cryptography;
using MediaServer.Media;

namespace MediaServer.Hls;

/// <summary>One stream as viewers see it: written by its segmenter, read by requests. Thread-safe.</summary>
internal sealed class HlsStream(StreamKey key)
{
    private const int EpochBytes = 5;

    private readonly TaskCompletionSource<HlsSnapshot?> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile HlsSnapshot? _snapshot;
    private long _endedAt = long.MaxValue;

    public StreamKey Key { get; } = key;

    /// <summary>Names this run of sequence numbers: what a cache holds for ever under it is never wrong.</summary>
    public string Epoch { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(EpochBytes));

    /// <summary>What can be fetched now; null until the first segment is there.</summary>
    public HlsSnapshot? Snapshot => _snapshot;

    /// <summary>Completes with the first snapshot, or with null when the stream ended before there was one.</summary>
    public Task<HlsSnapshot?> FirstSnapshot => _first.Task;

    /// <summary>When it ended, as a timestamp; the end of time while it is live.</summary>
    public long EndedAt => Volatile.Read(ref _endedAt);

    public void Show(HlsSnapshot snapshot)
    {
        _snapshot = snapshot;
        _first.TrySetResult(snapshot);
    }

    public void End(long timestamp)
    {
        Volatile.Write(ref _endedAt, timestamp);
        _first.TrySetResult(null);
    }
}

using MediaServer.Media;
using Microsoft.Extensions.Logging;

namespace MediaServer.Hls;

/// <summary>
/// What of a stream can be fetched: the window of slots that the playlists show, and those that left it but may still be asked for. Written
/// by the segmenter alone; every change is put before the readers as a new <see cref="HlsSnapshot"/>.
/// </summary>
internal sealed class Presentation(HlsStream stream, HlsOptions options, TimeProvider timeProvider, HlsCounters counters, ILogger logger)
{
    private const int WindowTargets = 3; // RFC 8216 §6.2.2: a live playlist is never shorter than that

    private readonly List<Slot> _slots = []; // oldest first, the open ones last
    private long _first = 1;                 // the first number in the playlists
    private long _discontinuitySequence;
    private double _frameRate;
    private string? _unusable;

    /// <summary>How many sequence numbers there are so far.</summary>
    public long Sequence { get; private set; }

    /// <summary>Bytes that finished segments hold.</summary>
    public long HeldBytes { get; private set; }

    public void Open(Slot slot)
    {
        _slots.Add(slot);
        Sequence = slot.Number;
    }

    public void Add(Slot slot, Track track, MediaSegment segment)
    {
        slot.Segments[track.Index] = segment;
        HeldBytes += segment.HeldBytes;
        counters.AddHeldBytes(segment.HeldBytes);
        if (track is VideoTrack && segment.Seconds > 0)
        {
            _frameRate = segment.FrameCount / segment.Seconds;
        }
    }

    public void ReportUnusableHeader(MediaFrame header)
    {
        string codec = header.Codec.ToString();
        if (_unusable != codec)
        {
            _unusable = codec; // encoders repeat it with every key frame
            logger.UnusableHeader(stream.Key.ToString(), codec);
        }
    }

    /// <summary>Moves the window on, and shows the playlists once every track has a first segment.</summary>
    public void Update(IReadOnlyList<Track> tracks, int targetSeconds)
    {
        long complete = tracks.Min(track => track.LastSealed);
        MoveWindow(complete, targetSeconds);
        DropExpired(complete);
        if (complete >= 1)
        {
            Show(tracks, targetSeconds, hasEnded: false);
        }
    }

    /// <summary>Shows the playlists for the last time.</summary>
    public void Complete(IReadOnlyList<Track> tracks, int targetSeconds)
    {
        if (tracks.Any(track => track.LastSealed > 0))
        {
            Show(tracks, targetSeconds, hasEnded: true);
        }
    }

    /// <summary>Lets go of everything. Responses that are being written keep their segment until they are through.</summary>
    public void Release()
    {
        while (_slots.Count > 0)
        {
            DropOldest();
        }
    }

    private void MoveWindow(long complete, int targetSeconds)
    {
        int most = options.WindowSegments * 4; // where segments are short, by breaks without end
        List<Slot> window = [.. _slots.Where(slot => slot.Number >= _first && slot.Number <= complete)];
        double seconds = window.Sum(slot => slot.LeastSeconds);
        int count = window.Count;
        for (int i = 0; count > options.WindowSegments; i++)
        {
            Slot oldest = window[i];
            double left = seconds - oldest.LeastSeconds;
            if (left < WindowTargets * targetSeconds && count <= most)
            {
                break;
            }

            Remove(oldest, left);
            seconds = left;
            count--;
        }
    }

    /// <summary>Takes a slot out of the playlists. It can be fetched for its own duration and the playlist's (RFC 8216 §6.2.2).</summary>
    private void Remove(Slot slot, double playlistSeconds)
    {
        _first = slot.Number + 1;
        _discontinuitySequence += slot.IsDiscontinuous ? 1 : 0;
        slot.ExpiresAt = timeProvider.GetTimestamp() + (long)((slot.Seconds + playlistSeconds) * timeProvider.TimestampFrequency);
    }

    private void DropExpired(long complete)
    {
        long now = timeProvider.GetTimestamp();
        while (_slots.Count > 0 && _slots[0].Number <= complete && (_slots[0].ExpiresAt <= now || HeldBytes > options.MaxBytes))
        {
            if (_slots[0].Number >= _first)
            {
                Remove(_slots[0], 0);
            }

            DropOldest();
        }
    }

    private void DropOldest()
    {
        Slot slot = _slots[0];
        HeldBytes -= slot.HeldBytes;
        counters.AddHeldBytes(-slot.HeldBytes);
        slot.Release();
        _slots.RemoveAt(0);
    }

    private void Show(IReadOnlyList<Track> tracks, int targetSeconds, bool hasEnded)
    {
        var resources = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (Track track in tracks)
        {
            foreach (Slot slot in _slots)
            {
                if (slot.Segments[track.Index] is { } segment)
                {
                    resources[ResourceName.Segment(track, slot)] = segment;
                    resources[ResourceName.Init(track, segment.Format)] = segment.Format;
                }
            }

            Slot[] window = [.. _slots.Where(slot => slot.Number >= _first && slot.Number <= track.LastSealed)];
            string text = MediaPlaylistWriter.Write(track, window, _first, targetSeconds, _discontinuitySequence, hasEnded);
            resources[ResourceName.Playlist(track)] = new HlsPlaylist(text);
        }

        string multivariant = MultivariantPlaylistWriter.Write(stream.Epoch, tracks, _frameRate);
        stream.Show(new HlsSnapshot(new HlsPlaylist(multivariant), resources, HeldBytes));
    }
}

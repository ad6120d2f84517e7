namespace MediaServer.Hub;

/// <summary>The gates of a subscription's video tracks: opened each by its own track, closed all together.</summary>
/// <param name="timestamp">When the subscription began.</param>
internal sealed class VideoGates(long timestamp)
{
    private VideoGate[] _gates = [VideoGate.ClosedAt(timestamp)];
    private long _closedAt = timestamp;

    /// <summary>Whether track 0 waits for a random access point.</summary>
    public bool IsClosed => _gates[0].IsClosed;

    /// <summary>Whether track 0 passes, and what leads its random access point has passed by.</summary>
    public bool IsOpen => _gates[0].IsOpen;

    /// <summary>The gate of a track. One that was not seen before has been closed since all were.</summary>
    public ref VideoGate Of(byte trackId)
    {
        if (trackId >= _gates.Length)
        {
            int known = _gates.Length;
            Array.Resize(ref _gates, trackId + 1);
            Array.Fill(_gates, VideoGate.ClosedAt(_closedAt), known, _gates.Length - known);
        }

        return ref _gates[trackId];
    }

    /// <summary>Has those from a track on wait for a random access point from a moment on, however long they have waited before.</summary>
    public void Restart(long timestamp, byte fromTrack = 0)
    {
        _closedAt = timestamp;
        for (int i = fromTrack; i < _gates.Length; i++)
        {
            _gates[i] = VideoGate.ClosedAt(timestamp);
        }
    }

    /// <summary>Closes those that are open.</summary>
    public void Close(long timestamp)
    {
        _closedAt = timestamp;
        foreach (ref VideoGate gate in _gates.AsSpan())
        {
            gate.Close(timestamp);
        }
    }
}

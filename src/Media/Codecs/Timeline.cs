namespace MediaServer.Media;

/// <summary>Turns the 32-bit timestamps of one publish session, which wrap after 49.7 days, into 64-bit milliseconds that never go back within a track.</summary>
/// <remarks>
/// Each timestamp is taken as the one nearest to the session's last (serial arithmetic, RFC 1982), so all tracks stay in the same turn of
/// the clock. Not thread-safe: it belongs to one publish session.
/// </remarks>
public sealed class Timeline
{
    private const int Kinds = 3;

    private long[] _lastDts = new long[Kinds]; // by track, then kind
    private long _last;
    private bool _hasBegun;

    /// <summary>How many timestamps lay before the last one of their track (or before 0) and were raised to it.</summary>
    public long Clamps { get; private set; }

    /// <summary>Decoding time of a message, in milliseconds, at least 0 and at least that of the one before it in its track.</summary>
    /// <param name="kind">With <paramref name="trackId"/>, which track it is.</param>
    /// <param name="trackId">The track among those of its kind.</param>
    /// <param name="timestamp">As the message carried it.</param>
    public long Unwrap(MediaKind kind, byte trackId, uint timestamp)
    {
        _last = _hasBegun ? _last + unchecked((int)(timestamp - (uint)_last)) : timestamp;
        _hasBegun = true;

        int track = (trackId * Kinds) + (int)kind;
        if (track >= _lastDts.Length)
        {
            Array.Resize(ref _lastDts, (trackId + 1) * Kinds);
        }

        if (_last < _lastDts[track])
        {
            Clamps++;
            return _lastDts[track];
        }

        return _lastDts[track] = _last;
    }
}

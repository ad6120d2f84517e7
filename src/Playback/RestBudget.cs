namespace MediaServer.Playback;

/// <summary>
/// Room for the rests of frames that left the log while they were half sent: each is copied, for one player that stands still. Used on one
/// loop.
/// </summary>
/// <param name="totalBytes">How much there is.</param>
internal sealed class RestBudget(long totalBytes)
{
    private long _left = totalBytes;

    /// <summary>Takes room for a rest.</summary>
    /// <returns>Whether there was enough.</returns>
    public bool TryTake(int bytes)
    {
        if (bytes > _left)
        {
            return false;
        }

        _left -= bytes;
        return true;
    }

    /// <summary>Gives room back.</summary>
    public void Return(int bytes) => _left += bytes;
}

namespace MediaServer.Load;

/// <summary>What a player is there for.</summary>
internal enum PlayerRole
{
    /// <summary>One of many: from its first key frame on its socket is emptied every 20 ms, so that a thousand of them cost little.</summary>
    Crowd,

    /// <summary>Reads at once, and says when each frame came.</summary>
    Probe,

    /// <summary>A probe that stops reading for a while.</summary>
    Staller,
}

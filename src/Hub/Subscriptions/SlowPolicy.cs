namespace MediaServer.Hub;

/// <summary>What becomes of a subscriber that does not keep up. None of them shows it video that it cannot decode.</summary>
public enum SlowPolicy
{
    /// <summary>
    /// Stays close to live: leaves out disposable video first, then video until the next random access point while audio goes on, and
    /// beyond the bound jumps to the newest random access point ahead.
    /// </summary>
    Live,

    /// <summary>Gets everything up to the bound; beyond it only the jump.</summary>
    DropOldest,

    /// <summary>
    /// Beyond the bound, which is half of the hub's, refuses what is new until it has read what had come by then; then goes on at a random
    /// access point. It does not hold the log: who reads at less than half of the stream's speed jumps like <see cref="DropOldest"/>.
    /// </summary>
    DropNewest,

    /// <summary>Beyond the bound, which is half of the hub's, gets random access points of video only.</summary>
    Sample,

    /// <summary>
    /// Loses nothing: the log keeps what it has not read, up to <see cref="HubOptions.BlockBytes"/>. Beyond that it loses all of its
    /// backlog, as one <see cref="FrameGap"/>. For consumers of the server's own; a viewer may not hold the log.
    /// </summary>
    Block,

    /// <summary>Beyond the bound it is cut off: <see cref="Subscription.IsCutOff"/>.</summary>
    Disconnect,
}

namespace MediaServer.Hub;

/// <summary>What a subscriber wants.</summary>
public sealed record SubscriptionOptions
{
    /// <summary>What kind of subscriber it is, such as <c>rtmp</c>, <c>http-flv</c> or <c>hls</c>: one of a few words, for statistics.</summary>
    public required string Kind { get; init; }

    /// <summary>Who it is, such as the id of its connection, for the API and the log.</summary>
    public string? Name { get; init; }

    /// <summary>Where it is, as <c>address:port</c>, for the API.</summary>
    public string? Peer { get; init; }

    /// <summary>Where it begins.</summary>
    public JoinMode Join { get; init; }

    /// <summary>How far back at most, for <see cref="JoinMode.SomeTimeBack"/>.</summary>
    public TimeSpan Back { get; init; }

    /// <summary>What it gets of the stream; everything by default.</summary>
    public FrameSelection Selection { get; init; }

    /// <summary>What becomes of it when it does not keep up.</summary>
    public SlowPolicy Policy { get; init; }

    /// <summary>How far it may lag, where that is less than the hub allows. Means nothing to <see cref="SlowPolicy.Block"/>.</summary>
    public LagLimit Limit { get; init; }

    /// <summary>
    /// Whether a frame counts as delivered only at <see cref="Subscription.ConfirmDelivered(MediaServer.Media.MediaFrame, long)"/>, as for a socket: when its last byte is in
    /// the kernel. Otherwise it is delivered when it is read.
    /// </summary>
    public bool ConfirmsDelivery { get; init; }

    /// <summary>
    /// Frames that must be there before a waiting reader is woken, 1 by default; at the end of the stream fewer will do. Being woken costs
    /// more than reading a frame: who collects frames for seconds should have some of them gather.
    /// </summary>
    public int WakeFrames { get; init; } = 1;
}

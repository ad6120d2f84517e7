using System.ComponentModel.DataAnnotations;

namespace MediaServer.Hub;

/// <summary>How much of a stream is held, and how far a subscriber may lag. Section <c>Hub</c>.</summary>
/// <remarks>
/// The lag bounds say what a live subscriber may be behind before it is moved forward; the budget says what a topic's log holds at most,
/// whatever its GOPs and its subscribers do. A stream that starts uses the values of that moment.
/// </remarks>
public sealed class HubOptions : IValidatableObject
{
    /// <summary>Frames a subscriber may lag. Default 512: about 7 s of 30 fps video with AAC, as mediamtx's <c>writeQueueSize</c>.</summary>
    [Range(16, 65_536)]
    public int LagFrames { get; set; } = 512;

    /// <summary>Payload bytes a subscriber may lag. Default 16 MiB: about 7 s of 20 Mbit/s.</summary>
    [Range(256 * 1024, 1024 * 1024 * 1024)]
    public int LagBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Time a subscriber may lag, by when frames were received. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:10:00")]
    public TimeSpan LagTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Share of the lag bound from which on a live subscriber is left without disposable video. Default 0.8.</summary>
    [Range(0.01, 1)]
    public double WarningFill { get; set; } = 0.8;

    /// <summary>Share of the lag bound from which on a live subscriber is left without video until its next random access point. Default 0.95.</summary>
    [Range(0.01, 1)]
    public double CriticalFill { get; set; } = 0.95;

    /// <summary>Share of the lag bound below which a slow subscriber is recovering. Default 0.5.</summary>
    [Range(0.01, 1)]
    public double RecoveryFill { get; set; } = 0.5;

    /// <summary>How long a subscriber must stay below that to be well again. Default 2 s: a group of pictures, mostly.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan RecoveryTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Bytes that the log keeps for one lossless subscription, charged in whole slabs: what it has not read, and what it has taken and not
    /// answered; be that more than <see cref="BudgetBytes"/>. Default 64 MiB: 10 s of 50 Mbit/s.
    /// </summary>
    [Range(1024 * 1024L, 64 * 1024 * 1024 * 1024L)]
    public long BlockBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Bytes that all lossless subscriptions together may have kept for them. Default 1 GiB.</summary>
    [Range(1024 * 1024L, 1024 * 1024 * 1024 * 1024L)]
    public long BlockTotalBytes { get; set; } = 1024 * 1024 * 1024;

    /// <summary>Frames that a topic holds at most. Default 16,384: over 3 minutes of 30 fps video with AAC, so that bytes or time decide first.</summary>
    [Range(16, 1_048_576)]
    public int BudgetFrames { get; set; } = 16_384;

    /// <summary>Bytes that a topic holds at most, charged in whole slabs. Default 64 MiB: a 10 s GOP of 50 Mbit/s.</summary>
    [Range(1024 * 1024L, 64 * 1024 * 1024 * 1024L)]
    public long BudgetBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Wall-clock time that a topic holds at most; a GOP that goes on for longer is cut off. Default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "1.00:00:00")]
    public TimeSpan BudgetTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long subscribers may read what is left after a stream has ended, before its memory goes back. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a stream whose publisher was lost waits for it, with its viewers, before it ends. Default 10 s: OBS tries again after 2 s,
    /// then after 3 s and 4.5 s. 0 ends it at once.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan ResumeWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Streams that may be live at once, those included that wait for their publisher. Default 1,000. Times the budget in bytes, and with <see cref="BlockTotalBytes"/>, this bounds the memory for media.</summary>
    [Range(1, 1_000_000)]
    public int MaxStreams { get; set; } = 1_000;

    /// <summary>
    /// A subscriber within its bound must never be overrun, so the budget may not be smaller than the bound; and the states of a slow
    /// subscriber need room between them.
    /// </summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (BudgetFrames < LagFrames)
        {
            yield return new ValidationResult($"{nameof(BudgetFrames)} is below {nameof(LagFrames)}.", [nameof(BudgetFrames)]);
        }

        if (BudgetBytes / 2 < LagBytes)
        {
            yield return new ValidationResult(
                $"{nameof(BudgetBytes)} is below twice {nameof(LagBytes)} (the budget is charged in whole slabs).", [nameof(BudgetBytes)]);
        }

        if (BudgetTime < LagTime)
        {
            yield return new ValidationResult($"{nameof(BudgetTime)} is below {nameof(LagTime)}.", [nameof(BudgetTime)]);
        }

        if (RecoveryFill >= WarningFill)
        {
            yield return new ValidationResult($"{nameof(RecoveryFill)} is not below {nameof(WarningFill)}.", [nameof(RecoveryFill)]);
        }

        if (WarningFill >= CriticalFill)
        {
            yield return new ValidationResult($"{nameof(WarningFill)} is not below {nameof(CriticalFill)}.", [nameof(WarningFill)]);
        }

        if (BlockTotalBytes < BlockBytes)
        {
            yield return new ValidationResult($"{nameof(BlockTotalBytes)} is below {nameof(BlockBytes)}.", [nameof(BlockTotalBytes)]);
        }
    }
}

namespace MediaServer.Hub;

/// <summary>How far a subscription is behind the newest frame.</summary>
/// <param name="Frames">Frames not read yet.</param>
/// <param name="Bytes">Their payload bytes.</param>
/// <param name="Time">Wall-clock time between the arrival of the first of them and the newest.</param>
public readonly record struct SubscriptionLag(long Frames, long Bytes, TimeSpan Time)
{
    /// <summary>The larger of two, each measure for itself.</summary>
    public static SubscriptionLag Max(SubscriptionLag left, SubscriptionLag right) => new(
        Math.Max(left.Frames, right.Frames), Math.Max(left.Bytes, right.Bytes), left.Time > right.Time ? left.Time : right.Time);

    /// <summary>The sum of two.</summary>
    public static SubscriptionLag Add(SubscriptionLag left, SubscriptionLag right) =>
        new(left.Frames + right.Frames, left.Bytes + right.Bytes, left.Time + right.Time);
}

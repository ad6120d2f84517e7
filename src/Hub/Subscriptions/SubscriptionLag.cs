namespace MediaServer.Hub;

/// <summary>How far a subscription is behind the newest frame.</summary>
/// <param name="Frames">Frames not read yet.</param>
/// <param name="Bytes">Their payload bytes.</param>
/// <param name="Time">Wall-clock time between the arrival of the first of them and the newest.</param>
public readonly record struct SubscriptionLag(long Frames, long Bytes, TimeSpan Time);

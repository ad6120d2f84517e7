namespace MediaServer.Server.Api;

/// <summary>What became of the frames that one subscriber passed, or all of a stream there have been.</summary>
/// <param name="Delivered">Frames delivered.</param>
/// <param name="Dropped">Frames passed without being delivered, by reason; without reasons that never were.</param>
/// <param name="Overruns">Times that a subscriber was beyond its bound, or behind what is held, and was moved forward.</param>
/// <param name="Transitions">Times that each state was entered.</param>
/// <param name="Swings">Times that one left the state <c>normal</c> again within a minute of having come back to it.</param>
/// <param name="CutOffs">Times that one was cut off, because it lagged too far and its policy is <c>disconnect</c>.</param>
/// <param name="SendCalls">System calls that sent to it.</param>
/// <param name="SentBytes">The bytes that they took, those of the protocol included.</param>
/// <param name="Latency">Time from a live frame's arrival until its last byte was in the kernel.</param>
internal sealed record DeliveryAnswer(
    CountsAnswer Delivered,
    IReadOnlyDictionary<string, CountsAnswer> Dropped,
    long Overruns,
    IReadOnlyDictionary<string, long> Transitions,
    long Swings,
    long CutOffs,
    long SendCalls,
    long SentBytes,
    DurationsAnswer Latency);

/// <summary>A number for each kind of frame.</summary>
/// <param name="Audio">Of audio.</param>
/// <param name="Video">Of video.</param>
/// <param name="Data">Of script data.</param>
internal sealed record CountsAnswer(long Audio, long Video, long Data);

/// <summary>How far behind the newest frame.</summary>
/// <param name="Frames">Frames not read yet.</param>
/// <param name="Bytes">Their payload.</param>
/// <param name="Seconds">Time between the arrival of the first of them and of the newest.</param>
internal sealed record LagAnswer(double Frames, double Bytes, double Seconds);

/// <summary>How long something took. The percentiles are estimated from a histogram; null while there is nothing in it.</summary>
/// <param name="Count">How often it was measured.</param>
/// <param name="MeanSeconds">The mean.</param>
/// <param name="P50Seconds">Half of it took no longer.</param>
/// <param name="P95Seconds">95 % of it took no longer.</param>
/// <param name="P99Seconds">99 % of it took no longer.</param>
internal sealed record DurationsAnswer(long Count, double? MeanSeconds, double? P50Seconds, double? P95Seconds, double? P99Seconds);

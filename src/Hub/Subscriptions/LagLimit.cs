namespace MediaServer.Hub;

/// <summary>How far one subscription may lag, where that is less than the hub allows; what is null, or more than that, limits nothing.</summary>
/// <param name="Frames">Frames, at least 1.</param>
/// <param name="Bytes">Payload bytes, at least 1.</param>
/// <param name="Time">Time by when frames were received, above zero.</param>
public readonly record struct LagLimit(int? Frames = null, long? Bytes = null, TimeSpan? Time = null);

namespace MediaServer.Media;

/// <summary>Where a message stands on its stream's timeline.</summary>
/// <param name="Dts">Decoding time in milliseconds, at least 0; never goes back within a track.</param>
/// <param name="IsDiscontinuity">
/// Whether its publisher's clock jumped just before it, so that the timeline was tied anew: <see cref="FrameTraits.Discontinuity"/>. True for
/// one frame of the stream, whatever the number of tracks that jump with it.
/// </param>
public readonly record struct TimelineStep(long Dts, bool IsDiscontinuity);

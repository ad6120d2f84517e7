namespace MediaServer.Hub;

/// <summary>What a lossless subscription lost at one place.</summary>
/// <param name="From">Offset of the first frame lost.</param>
/// <param name="To">Offset of the frame it went on with.</param>
public readonly record struct FrameGap(long From, long To);

namespace MediaServer.Media;

/// <summary>A place in a topic's log: what was published before it, so that the distance of two places is a subtraction, by kind too.</summary>
/// <param name="Offset">Frames before it, which is the offset of the frame there; −1 for no place.</param>
/// <param name="Bytes">Their payload bytes.</param>
/// <param name="Charge">The memory they are charged (<see cref="MediaFrame.Charge"/>).</param>
/// <param name="AudioFrames">How many of them are audio.</param>
/// <param name="VideoFrames">How many of them are video.</param>
/// <param name="Breaks">How many of them are marked with <see cref="FrameTraits.Discontinuity"/>.</param>
internal readonly record struct LogPosition(long Offset, long Bytes, long Charge, long AudioFrames, long VideoFrames, long Breaks)
{
    /// <summary>No place: a frame that was not published, or is not from a log.</summary>
    public static LogPosition None { get; } = new(-1, 0, 0, 0, 0, 0);

    /// <summary>Frames before it that are script data.</summary>
    public long DataFrames => Offset - AudioFrames - VideoFrames;

    /// <summary>The place behind a frame that stands here.</summary>
    public LogPosition After(MediaFrame frame) => new(
        Offset + 1,
        Bytes + frame.LengthBytes,
        Charge + frame.Charge,
        AudioFrames + (frame.Kind == MediaKind.Audio ? 1 : 0),
        VideoFrames + (frame.Kind == MediaKind.Video ? 1 : 0),
        Breaks + (frame.Is(FrameTraits.Discontinuity) ? 1 : 0));
}

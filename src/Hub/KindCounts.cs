using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>A number for each kind of frame.</summary>
/// <param name="Audio">Of audio.</param>
/// <param name="Video">Of video.</param>
/// <param name="Data">Of script data.</param>
public readonly record struct KindCounts(long Audio, long Video, long Data)
{
    /// <summary>Of all kinds together.</summary>
    public long Total => Audio + Video + Data;

    /// <summary>Of one kind.</summary>
    public long this[MediaKind kind] => kind switch
    {
        MediaKind.Audio => Audio,
        MediaKind.Video => Video,
        _ => Data,
    };

    /// <summary>The sums by kind.</summary>
    public static KindCounts operator +(KindCounts left, KindCounts right) => left.Add(right);

    /// <summary>The differences by kind.</summary>
    public static KindCounts operator -(KindCounts left, KindCounts right) => left.Subtract(right);

    /// <inheritdoc cref="op_Addition"/>
    public KindCounts Add(KindCounts other) => new(Audio + other.Audio, Video + other.Video, Data + other.Data);

    /// <inheritdoc cref="op_Subtraction"/>
    public KindCounts Subtract(KindCounts other) => new(Audio - other.Audio, Video - other.Video, Data - other.Data);

    internal static KindCounts Of(MediaKind kind, long count) => new(
        kind == MediaKind.Audio ? count : 0,
        kind == MediaKind.Video ? count : 0,
        kind == MediaKind.Data ? count : 0);

    internal static KindCounts Between(in LogPosition from, in LogPosition to) => Before(to) - Before(from);

    internal static KindCounts Before(in LogPosition position) => new(position.AudioFrames, position.VideoFrames, position.DataFrames);
}

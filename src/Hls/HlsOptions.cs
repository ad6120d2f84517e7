using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MediaServer.Hls;

/// <summary>How streams are offered over HLS; section <c>Hls</c>.</summary>
public sealed class HlsOptions
{
    /// <summary>Whether streams are offered over HLS at all. Default <c>true</c>.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// The shortest a segment should be: it ends at the first random access point from here on. Default 2 s, Apple's recommended distance of
    /// key frames; at least 2 s, because a player asks for the playlist once in that time.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:00:10")]
    public TimeSpan SegmentDuration { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Segments in a playlist; more where they are so short that three target durations need them. Default 6, Apple's least (8.11).</summary>
    [Range(6, 100)]
    public int WindowSegments { get; set; } = 6;

    /// <summary>
    /// Bytes that the segments of one stream may hold, those that left the playlist and can still be fetched included; beyond them the oldest
    /// goes early. Default 256 MiB: two minutes of 16 Mbit/s. All streams that have ended share as much again.
    /// </summary>
    [Range(16L << 20, 1L << 40)]
    public long MaxBytes { get; set; } = 256L << 20;

    /// <summary>How long a stream can be fetched after its end, so that viewers see the rest. Default one minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan EndedLifetime { get; set; } = TimeSpan.FromMinutes(1);
}

[OptionsValidator]
internal sealed partial class HlsOptionsValidator : IValidateOptions<HlsOptions>;

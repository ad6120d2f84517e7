using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MediaServer.Playback;

/// <summary>How players are served. Section <c>Playback</c>.</summary>
public sealed class PlaybackOptions
{
    /// <summary>
    /// How long a player may take nothing at all before it is cut off. Default 30 s: by then its picture has long stopped, and a phone that
    /// only changed networks has come back.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Checks <see cref="PlaybackOptions"/> before a port opens.</summary>
[OptionsValidator]
public sealed partial class PlaybackOptionsValidator : IValidateOptions<PlaybackOptions>;

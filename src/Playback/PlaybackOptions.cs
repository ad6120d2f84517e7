using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MediaServer.Playback;

/// <summary>How players are served. Section <c>Playback</c>.</summary>
public sealed class PlaybackOptions
{
    /// <summary>
    /// How long frames may wait for others before they go out to players together: <c>adaptive</c>, or a time such as <c>0</c> or
    /// <c>350ms</c>, up to 5 s. Default adaptive: audio waits for the next video frame (40 ms at most), video only when the server is busy
    /// (70 ms at most). With 0 every frame is sent at once, at twice the CPU; longer times save more, and are paid in latency.
    /// </summary>
    public FlushInterval FlushInterval { get; set; } = FlushInterval.Adaptive;

    /// <summary>The same for players over HTTP and WebSocket, where that is to be another time. Default: as for all.</summary>
    public FlushInterval? FlvFlushInterval { get; set; }

    /// <summary>
    /// What becomes of a player that does not keep up: <c>live</c>, <c>drop-oldest</c>, <c>drop-newest</c>, <c>sample</c> or
    /// <c>disconnect</c>. A player may choose another in its address (<c>?policy=sample</c>). Default live: it stays close to the newest
    /// frame, and audio goes on for as long as it can.
    /// </summary>
    public PlayerPolicy Policy { get; set; }

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

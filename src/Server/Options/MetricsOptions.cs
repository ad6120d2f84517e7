using System.ComponentModel.DataAnnotations;

namespace MediaServer.Server.Options;

/// <summary>What <c>/metrics</c> shows.</summary>
internal sealed class MetricsOptions
{
    public const string Section = "Metrics";

    /// <summary>
    /// Streams that have series of their own, so that neither these nor an answer grow without bound: those that came first, each until it
    /// ends; of the others only the totals are shown. 0 is none. Default 200: a megabyte or so.
    /// </summary>
    [Range(0, 10_000)]
    public int MaxStreams { get; set; } = 200;
}

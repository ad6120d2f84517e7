using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>The name of a stream: an app of up to eight path segments, and the stream in it, as in <c>live/show</c>.</summary>
/// <remarks>
/// The one door for names, whatever the protocol. Each segment is <c>[A-Za-z0-9._-]{1,128}</c> without a leading dot, so a name can stand in
/// a path, a log or a metric as it is; an empty app is <c>live</c>; first segments that the HTTP server uses itself are refused.
/// </remarks>
public readonly record struct StreamKey
{
    private const int MaxSegments = 9; // eight of the app, and the stream
    private const int MaxSegmentLength = 128;
    private const string DefaultApp = "live";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private static readonly string[] Reserved = ["api", "openapi", "watch", "metrics", "healthz", "readyz"];

    private StreamKey(string app, string stream)
    {
        App = app;
        Stream = stream;
    }

    /// <summary>All segments before the last, such as <c>live</c> or <c>tenant/live</c>.</summary>
    public string App { get; }

    /// <summary>The last segment.</summary>
    public string Stream { get; }

    /// <summary>Reads a name of the form <c>app/stream</c>. Empty segments (doubled, leading and trailing slashes) are left out.</summary>
    /// <returns>Whether it is a name; <paramref name="fault"/> says why not, in words that can be shown to the peer.</returns>
    public static bool TryParse(ReadOnlySpan<char> path, out StreamKey key, [NotNullWhen(false)] out string? fault)
    {
        key = default;
        if (path.Length > (MaxSegments + 1) * (MaxSegmentLength + 1))
        {
            fault = "the name is too long";
            return false;
        }

        var segments = new List<string>(2);
        foreach (Range range in path.Split('/'))
        {
            ReadOnlySpan<char> segment = path[range];
            if (segment.IsEmpty)
            {
                continue;
            }

            if (segment.Length > MaxSegmentLength || segment[0] == '.' || segment.ContainsAnyExcept(Allowed))
            {
                fault = "a name's parts are 1 to 128 of A-Z a-z 0-9 . _ - and do not begin with a dot";
                return false;
            }

            segments.Add(segment.ToString());
        }

        if (segments.Count is 0 or > MaxSegments)
        {
            fault = segments.Count == 0 ? "the stream's name is empty" : "the name has more than 8 parts before the stream";
            return false;
        }

        if (Reserved.Contains(segments[0], StringComparer.OrdinalIgnoreCase) && segments.Count > 1)
        {
            fault = $"names may not begin with {segments[0]}/";
            return false;
        }

        key = new StreamKey(segments.Count == 1 ? DefaultApp : string.Join('/', segments[..^1]), segments[^1]);
        fault = null;
        return true;
    }

    /// <summary>The name as <c>app/stream</c>.</summary>
    public override string ToString() => $"{App}/{Stream}";
}

namespace MediaServer.Rtmp;

/// <summary>Brings the many ways in which clients spell an app and a stream into one form.</summary>
/// <remarks>
/// Seen in the wild: <c>app</c> with slashes, with a trailing slash, with a query, empty; the stream's name in the app, empty, or nothing
/// but a query; a longer path in <c>tcUrl</c> than in the app (an app's instance, or a stream's name); quotes around <c>tcUrl</c>.
/// </remarks>
/// <param name="App">All path segments before the last.</param>
/// <param name="StreamName">The last path segment.</param>
/// <param name="Query">The parameters of name, app and <c>tcUrl</c>, joined by <c>&amp;</c>.</param>
internal readonly record struct StreamPath(string App, string StreamName, string Query)
{
    /// <summary>Reads what a client sent.</summary>
    /// <param name="app">The <c>app</c> of <c>connect</c>.</param>
    /// <param name="tcUrl">Its <c>tcUrl</c>, unquoted.</param>
    /// <param name="name">The name that <c>publish</c> or <c>play</c> gave.</param>
    public static StreamPath From(string app, string tcUrl, string name)
    {
        (string[] appSegments, string appQuery) = Split(app);
        (string[] urlSegments, string urlQuery) = Split(PathOf(tcUrl));
        (string[] nameSegments, string nameQuery) = Split(name);

        // The URL's path may go on where the app ends: with an instance of the app, or with the stream's name already.
        string[] segments = [.. appSegments, .. nameSegments];
        if (urlSegments.Length > appSegments.Length && urlSegments.AsSpan().StartsWith(appSegments))
        {
            segments = urlSegments.AsSpan(appSegments.Length).EndsWith(nameSegments) ? urlSegments : [.. urlSegments, .. nameSegments];
        }

        string query = string.Join('&', new[] { nameQuery, appQuery, urlQuery }.Where(part => part.Length > 0).Distinct());
        return segments.Length == 0
            ? new StreamPath("", "", query)
            : new StreamPath(string.Join('/', segments[..^1]), segments[^1], query);
    }

    /// <summary>The names alone: the query may hold a stream key.</summary>
    public override string ToString() => $"{App}/{StreamName}";

    private static string PathOf(string url)
    {
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        int path = scheme < 0 ? -1 : url.AsSpan(scheme + 3).IndexOfAny('/', '?');
        return path < 0 ? "" : url[(scheme + 3 + path)..];
    }

    // The query begins at the first question mark: there may be slashes in it.
    private static (string[] Segments, string Query) Split(string path)
    {
        int mark = path.IndexOf('?');
        string names = mark < 0 ? path : path[..mark];
        return (names.Split('/', StringSplitOptions.RemoveEmptyEntries), mark < 0 ? "" : path[(mark + 1)..]);
    }
}

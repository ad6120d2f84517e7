using System.Buffers;

namespace MediaServer.Ingest;

/// <summary>
/// What a peer says, made fit for the log: short, since thousands of lines may wait for a slow output and a command holds 64 KiB; and without
/// what may be a key. Escaping is the log's own business.
/// </summary>
internal static class PeerText
{
    private const int MaxLength = 200;

    private static readonly SearchValues<char> OfNames =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/");

    /// <summary>A path up to where it stops being a name: behind a mistyped one may stand its key.</summary>
    public static string OfName(string path)
    {
        int length = path.AsSpan().IndexOfAnyExcept(OfNames);
        return length < 0 ? Shorten(path) : $"{Shorten(path[..length])}…";
    }

    /// <summary>The beginning of a text.</summary>
    public static string Shorten(string text) => text.Length <= MaxLength ? text : $"{text.AsSpan(0, MaxLength)}…";
}

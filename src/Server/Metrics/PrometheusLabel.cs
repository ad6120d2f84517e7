namespace MediaServer.Server.Metrics;

/// <summary>Labels as the Prometheus text format has them between braces: <c>kind="video"</c>.</summary>
internal static class PrometheusLabel
{
    /// <summary>One label. Whatever stands in the value, it comes out as it was.</summary>
    public static string Of(string name, string value) => $"{Sanitize(name)}=\"{Escape(value)}\"";

    /// <summary>The labels of an enumeration's values, in their order.</summary>
    public static string[] OfAll<T>(string name)
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(value => Of(name, LabelWord.Of(value)))];

    /// <summary>A name of the letters that names of metrics and labels may have.</summary>
    public static string Sanitize(string name)
    {
        string sanitized = string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_'));
        return char.IsAsciiDigit(sanitized[0]) ? $"_{sanitized}" : sanitized;
    }

    private static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal);
}

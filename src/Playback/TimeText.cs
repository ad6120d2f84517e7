using System.Globalization;

namespace MediaServer.Playback;

/// <summary>Reads a time as people write it in options and addresses: <c>0</c>, <c>350ms</c>, <c>0.5s</c> or <c>00:00:00.350</c>.</summary>
internal static class TimeText
{
    /// <summary>Reads one.</summary>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string text, out TimeSpan time)
    {
        const NumberStyles Plain = NumberStyles.AllowDecimalPoint;
        (string number, decimal unit) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.OrdinalIgnoreCase) => (text[..^2], 1),
            _ when text.EndsWith('s') => (text[..^1], 1000),
            "0" => (text, 1),
            _ => ("", 0),
        };
        if (decimal.TryParse(number.TrimEnd(), Plain, CultureInfo.InvariantCulture, out decimal value))
        {
            time = TimeSpan.FromMilliseconds((double)(Math.Min(value, 1_000_000) * unit));
            return true;
        }

        return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out time) && text.Contains(':', StringComparison.Ordinal);
    }
}

using System.Globalization;
using System.Text;

namespace MediaServer.Server.Logging;

/// <summary>
/// Makes text safe for a terminal and for one line of a log: names and error texts come from whoever connects, and may hold line breaks,
/// terminal commands or marks that turn the direction of writing.
/// </summary>
internal static class PlainText
{
    /// <summary>The text with everything that is not plain to see written as an escape, such as <c>\n</c> or <c>\u001B</c>.</summary>
    public static string Escape(string text)
    {
        if (!NeedsEscape(text))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        foreach (Rune rune in text.EnumerateRunes()) // half of a surrogate pair comes out as U+FFFD
        {
            switch (rune.Value)
            {
                case '\n':
                    escaped.Append("\\n");
                    break;
                case '\r':
                    escaped.Append("\\r");
                    break;
                case '\t':
                    escaped.Append("\\t");
                    break;
                case var value when IsHidden(Rune.GetUnicodeCategory(rune)):
                    escaped.Append(CultureInfo.InvariantCulture, $"\\u{value:X4}");
                    break;
                default:
                    escaped.Append(rune);
                    break;
            }
        }

        return escaped.ToString();
    }

    private static bool NeedsEscape(string text)
    {
        foreach (char character in text)
        {
            UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(character);
            if (IsHidden(category) || category == UnicodeCategory.Surrogate)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsHidden(UnicodeCategory category) => category
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}

using System.Text;
using MediaServer.Media;
using MediaServer.Rtmp;

namespace MediaServer.Fuzz.Targets;

/// <summary>App, <c>tcUrl</c> and name, a line each: whatever they are, a name that is accepted leads nowhere else, and no query is shown.</summary>
internal sealed class StreamPathTarget : FuzzTarget
{
    public override string Name => "stream-path";

    public override IEnumerable<byte[]> Seeds =>
    [
        .. new[]
        {
            "live\nrtmp://host/live\nshow", "live/\nrtmp://host:1935/live/\nshow?key=a", "\nrtmp://host/\nlive/show", "live?key=1\nrtmp://host/live?key=1\nshow",
            "live/a\n'rtmp://host/live/a'\nb/c", "key\nrtmp://host/key\n", "live\nrtmp://user:pass@host/live/instance\nshow", "live/test\n\n?auth=a/b",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public override IReadOnlyList<byte[]> Tokens => TokensOf("..", "/../", "?", "&", "//", "%2e%2e", "\\", "\0", "rtmp://", ".", "é", "api", "?key=secret");

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        string[] lines = [.. Encoding.UTF8.GetString(input).Split('\n'), "", ""];
        var path = StreamPath.From(lines[0], lines[1], lines[2]);
        Oracle.Holds(!path.StreamName.Contains('/', StringComparison.Ordinal), "a name of two segments");
        Oracle.Holds(!path.ToString().Contains('?', StringComparison.Ordinal), "a query is shown");
        bool isName = StreamKey.TryParse($"{path.App}/{path.StreamName}", out StreamKey key, out string? fault);
        outcome.Add(isName);
        outcome.Add(fault ?? "");
        outcome.Add(path.Query.Split('&').Length);
        if (isName)
        {
            Oracle.Holds(key.ToString().Split('/').All(part => part.Length is > 0 and <= 128 && part[0] != '.' && part.All(IsPlain)), "a name that leads elsewhere");
            Oracle.Holds(StreamKey.TryParse(key.ToString(), out StreamKey again, out _) && again == key, "its own text is another name");
        }
    }

    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-';
}

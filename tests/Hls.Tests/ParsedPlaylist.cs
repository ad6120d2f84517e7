using System.Globalization;

namespace MediaServer.Hls.Tests;

/// <summary>A media playlist, read as RFC 8216 says and no more leniently: an unknown tag is a fault.</summary>
internal sealed record ParsedPlaylist
{
    public int Version { get; private set; }

    public int TargetDuration { get; private set; }

    public long MediaSequence { get; private set; } = -1;

    public long DiscontinuitySequence { get; private set; } = -1;

    public bool IsIndependent { get; private set; }

    public bool HasEnded { get; private set; }

    public List<Entry> Segments { get; } = [];

    public double Seconds => Segments.Sum(segment => segment.Seconds);

    public static ParsedPlaylist Parse(string text)
    {
        var playlist = new ParsedPlaylist();
        string[] lines = text.Split('\n');
        Assert.Equal("#EXTM3U", lines[0]); // 4.3.1.1
        Assert.Equal("", lines[^1]);       // the last line ends too
        var entry = new Entry();
        string? map = null;
        foreach (string line in lines[1..^1])
        {
            Assert.False(playlist.HasEnded, "4.3.3.4: something follows EXT-X-ENDLIST");
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string tag = line.StartsWith('#') && colon > 0 ? line[..colon] : line;
            string value = line.StartsWith('#') && colon > 0 ? line[(colon + 1)..] : "";
            switch (tag)
            {
                case "#EXT-X-VERSION":
                    Assert.Equal(0, playlist.Version);
                    playlist.Version = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "#EXT-X-TARGETDURATION":
                    Assert.Equal(0, playlist.TargetDuration);
                    playlist.TargetDuration = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "#EXT-X-MEDIA-SEQUENCE":
                    Assert.True(playlist.MediaSequence < 0 && playlist.Segments.Count == 0, "4.3.3.2: once, before the first segment");
                    playlist.MediaSequence = long.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "#EXT-X-DISCONTINUITY-SEQUENCE":
                    Assert.True(playlist.DiscontinuitySequence < 0 && playlist.Segments.Count == 0, "4.3.3.3: once, before the first segment");
                    playlist.DiscontinuitySequence = long.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "#EXT-X-INDEPENDENT-SEGMENTS":
                    playlist.IsIndependent = true;
                    break;
                case "#EXT-X-ENDLIST":
                    playlist.HasEnded = true;
                    break;
                case "#EXT-X-DISCONTINUITY":
                    entry = entry with { IsDiscontinuous = true };
                    break;
                case "#EXT-X-GAP":
                    entry = entry with { IsGap = true };
                    break;
                case "#EXT-X-MAP":
                    Assert.StartsWith("URI=\"", value, StringComparison.Ordinal);
                    map = value[5..^1];
                    break;
                case "#EXT-X-PROGRAM-DATE-TIME":
                    entry = entry with { Date = DateTimeOffset.ParseExact(value, "yyyy-MM-dd'T'HH:mm:ss.fffK", CultureInfo.InvariantCulture) };
                    break;
                case "#EXTINF":
                    Assert.EndsWith(",", value, StringComparison.Ordinal);
                    entry = entry with { Seconds = double.Parse(value[..^1], CultureInfo.InvariantCulture) };
                    break;
                default:
                    Assert.False(line.StartsWith('#') || line.Length == 0, $"4.1: not a tag that is known here: {line}");
                    playlist.Segments.Add(entry with { Uri = line, Map = map, Number = playlist.MediaSequence + playlist.Segments.Count });
                    entry = new Entry();
                    break;
            }
        }

        return playlist;
    }

    internal sealed record Entry
    {
        public long Number { get; init; }

        public string Uri { get; init; } = "";

        public string? Map { get; init; }

        public double Seconds { get; init; } = -1;

        public bool IsDiscontinuous { get; init; }

        public bool IsGap { get; init; }

        public DateTimeOffset? Date { get; init; }
    }
}

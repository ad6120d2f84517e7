using System.Text.RegularExpressions;

namespace MediaServer.Hls.Tests;

/// <summary>Rules for a playlist by itself; numbers are sections of RFC 8216, "Apple" of its authoring specification.</summary>
internal static partial class PlaylistLinter
{
    public static ParsedPlaylist LintMedia(string text, IReadOnlyCollection<string> files)
    {
        ParsedPlaylist playlist = ParsedPlaylist.Parse(text);
        Assert.True(playlist.Version >= 6, "4.3.2.5: EXT-X-MAP needs version 6");
        Assert.True(playlist.Version >= 8 || !playlist.Segments.Any(segment => segment.IsGap), "8216bis 8: EXT-X-GAP needs version 8");
        Assert.True(playlist.TargetDuration >= 1, "4.3.3.1: EXT-X-TARGETDURATION is required");
        Assert.True(playlist.MediaSequence >= 1, "4.3.3.2, and hls.js takes 0 for false");
        Assert.True(playlist.DiscontinuitySequence >= 0, "4.3.3.3, Apple 8.14: always there");
        Assert.NotEmpty(playlist.Segments);
        Assert.True(playlist.Segments[0].Date is not null, "Apple 8.4: every live playlist has a date");
        foreach (ParsedPlaylist.Entry segment in playlist.Segments)
        {
            Assert.True(segment.Seconds >= 0, "4.3.2.1: EXTINF is required for each segment");
            Assert.True(
                Math.Round(segment.Seconds, MidpointRounding.AwayFromZero) <= playlist.TargetDuration,
                $"4.3.3.1: {segment.Uri} lasts {segment.Seconds}, the target is {playlist.TargetDuration}");
            Assert.True(segment.Seconds <= playlist.TargetDuration + 0.5, "Apple 7.7");
            Assert.DoesNotContain('/', segment.Uri);
            Assert.True(!segment.IsDiscontinuous || segment.Date is not null, "4.3.2.6: a date says where a discontinuity lies");
            if (!segment.IsGap)
            {
                Assert.True(segment.Map is not null, "4.3.2.5: fMP4 needs a map");
                Assert.Contains(segment.Map, files);
                Assert.Contains(segment.Uri, files);
            }
        }

        return playlist;
    }

    public static void LintMultivariant(string text, string epoch, IReadOnlyCollection<string> playlists)
    {
        string[] lines = text.Split('\n');
        Assert.Equal("#EXTM3U", lines[0]);
        Assert.Equal("", lines[^1]);
        Assert.DoesNotContain("#EXT-X-INDEPENDENT-SEGMENTS", lines); // Apple 9.12
        string variant = lines.Single(line => line.StartsWith("#EXT-X-STREAM-INF:", StringComparison.Ordinal));
        Dictionary<string, string> attributes = AttributesOf(variant);
        long bandwidth = long.Parse(attributes["BANDWIDTH"], System.Globalization.CultureInfo.InvariantCulture);
        long average = long.Parse(attributes["AVERAGE-BANDWIDTH"], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(average > 0 && bandwidth >= average, "4.3.4.2: BANDWIDTH is the peak");
        foreach (string codec in attributes["CODECS"].Trim('"').Split(','))
        {
            Assert.Matches("^(avc1\\.[0-9A-F]{6}|mp4a\\.40\\.(2|5|29))$", codec);
        }

        if (attributes["CODECS"].Contains("avc1", StringComparison.Ordinal))
        {
            Assert.Matches("^[0-9]+x[0-9]+$", attributes["RESOLUTION"]);
            Assert.Matches("^[0-9]+\\.[0-9]{3}$", attributes["FRAME-RATE"]);
        }

        var uris = new List<string> { lines[Array.IndexOf(lines, variant) + 1] };
        if (attributes.TryGetValue("AUDIO", out string? group))
        {
            Dictionary<string, string> media = AttributesOf(lines.Single(line => line.StartsWith("#EXT-X-MEDIA:", StringComparison.Ordinal)));
            Assert.Equal("AUDIO", media["TYPE"]);
            Assert.Equal(group, media["GROUP-ID"]); // 4.3.4.2
            Assert.NotEqual("\"\"", media["NAME"]);
            uris.Add(media["URI"].Trim('"'));
        }

        Assert.Equal(playlists.Select(name => $"{epoch}/{name}").Order(), uris.Order());
    }

    private static Dictionary<string, string> AttributesOf(string line) =>
        Attribute().Matches(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

    [GeneratedRegex("([A-Z0-9-]+)=(\"[^\"]*\"|[^,\"]+)")]
    private static partial Regex Attribute();
}

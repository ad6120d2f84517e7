using System.Globalization;
using System.Text;

namespace MediaServer.Hls;

/// <summary>Writes a track's media playlist (RFC 8216 §4.3.2 and 4.3.3; EXT-X-GAP is RFC 8216bis §4.4.4.7).</summary>
internal static class MediaPlaylistWriter
{
    /// <param name="track">The track.</param>
    /// <param name="slots">The slots in the window that the track has finished with, in order; one that it has no segment for is a gap.</param>
    /// <param name="first">EXT-X-MEDIA-SEQUENCE.</param>
    /// <param name="targetSeconds">EXT-X-TARGETDURATION.</param>
    /// <param name="discontinuitySequence">Discontinuities that have left the window.</param>
    /// <param name="hasEnded">Whether no more segments will come.</param>
    public static string Write(Track track, IReadOnlyList<Slot> slots, long first, int targetSeconds, long discontinuitySequence, bool hasEnded)
    {
        const int Version = 7;          // fragmented MP4
        const int VersionWithGaps = 8;

        var text = new StringBuilder(1024);
        bool hasGaps = slots.Any(slot => slot.Segments[track.Index] is null);
        text.Append(CultureInfo.InvariantCulture, $"#EXTM3U\n#EXT-X-VERSION:{(hasGaps ? VersionWithGaps : Version)}\n");
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-TARGETDURATION:{targetSeconds}\n");
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-MEDIA-SEQUENCE:{first}\n");
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-DISCONTINUITY-SEQUENCE:{discontinuitySequence}\n");
        if (slots.All(slot => slot.Segments[track.Index] is not { IsIndependent: false }))
        {
            text.Append("#EXT-X-INDEPENDENT-SEGMENTS\n");
        }

        TrackFormat? format = null;
        for (int i = 0; i < slots.Count; i++)
        {
            WriteSegment(text, track, slots[i], targetSeconds, isFirst: i == 0, ref format);
        }

        if (hasEnded)
        {
            text.Append("#EXT-X-ENDLIST\n");
        }

        return text.ToString();
    }

    private static void WriteSegment(StringBuilder text, Track track, Slot slot, int targetSeconds, bool isFirst, ref TrackFormat? format)
    {
        MediaSegment? segment = slot.Segments[track.Index];
        if (slot.IsDiscontinuous)
        {
            text.Append("#EXT-X-DISCONTINUITY\n");
        }

        if (segment is not null && segment.Format != format)
        {
            format = segment.Format;
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-MAP:URI=\"{ResourceName.Init(track, format)}\"\n");
        }

        if (isFirst || slot.IsDiscontinuous)
        {
            DateTimeOffset start = slot.Clock.At(segment?.PresentationStart ?? slot.Start);
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-PROGRAM-DATE-TIME:{start:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\n");
        }

        if (segment is null)
        {
            text.Append("#EXT-X-GAP\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"#EXTINF:{segment?.Seconds ?? Math.Min(slot.Seconds, targetSeconds):0.00000},\n");
        text.Append(ResourceName.Segment(track, slot)).Append('\n');
    }
}

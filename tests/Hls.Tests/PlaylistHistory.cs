namespace MediaServer.Hls.Tests;

/// <summary>Rules for what a playlist may become (RFC 8216 §6.2.1 and 6.2.2), and for how renditions agree.</summary>
internal sealed class PlaylistHistory(bool isShortOfMemory)
{
    private readonly Dictionary<string, ParsedPlaylist> _last = [];

    public void Check(string multivariant, string epoch, IReadOnlyDictionary<string, string> playlists, IReadOnlyCollection<string> files)
    {
        PlaylistLinter.LintMultivariant(multivariant, epoch, [.. playlists.Keys]);
        foreach ((string name, string text) in playlists)
        {
            ParsedPlaylist playlist = PlaylistLinter.LintMedia(text, files);
            if (_last.TryGetValue(name, out ParsedPlaylist? before))
            {
                CheckChange(before, playlist);
            }

            _last[name] = playlist;
        }

        ParsedPlaylist[] renditions = [.. _last.Values];
        Assert.Single(renditions.Select(rendition => rendition.TargetDuration).Distinct()); // Apple 8.2
        Assert.Single(renditions.Select(rendition => rendition.MediaSequence).Distinct());
        Assert.Single(renditions.Select(rendition => rendition.DiscontinuitySequence).Distinct());
        foreach (IGrouping<long, ParsedPlaylist.Entry> slot in renditions.SelectMany(rendition => rendition.Segments).GroupBy(segment => segment.Number))
        {
            Assert.Single(slot.Select(segment => segment.IsDiscontinuous).Distinct()); // Apple 9.7: in all at the same place
        }
    }

    private void CheckChange(ParsedPlaylist before, ParsedPlaylist after)
    {
        Assert.False(before.HasEnded && !after.HasEnded, "6.2.1: nothing comes behind EXT-X-ENDLIST");
        Assert.Equal(before.TargetDuration, after.TargetDuration); // 6.2.1
        Assert.True(after.MediaSequence >= before.MediaSequence, "6.2.2");
        Assert.True(after.Segments[^1].Number >= before.Segments[^1].Number, "6.2.1: segments are added at the end");
        int removed = before.Segments.Count(segment => segment.Number < after.MediaSequence && segment.IsDiscontinuous);
        int unseen = (int)Math.Max(0, after.MediaSequence - before.Segments[^1].Number - 1); // came and went with one frame
        Assert.InRange(after.DiscontinuitySequence - before.DiscontinuitySequence - removed, 0, unseen); // 6.2.2
        Assert.True(
            isShortOfMemory || after.MediaSequence == before.MediaSequence || after.Seconds >= (3 * after.TargetDuration) - 0.001
                || after.Segments.Count >= 24,
            $"6.2.2: the playlist shrank to {after.Seconds} s");
        foreach (ParsedPlaylist.Entry segment in after.Segments)
        {
            ParsedPlaylist.Entry? same = before.Segments.Find(candidate => candidate.Number == segment.Number);
            if (same is not null)
            {
                Assert.Equal(same with { Date = null, Map = null }, segment with { Date = null, Map = null }); // 6.2.1: it does not change
                Assert.True(segment.IsGap || same.Map == segment.Map, $"4.3.2.5: the map of {segment.Uri} changed");
            }
        }
    }
}

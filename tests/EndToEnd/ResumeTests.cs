using System.Globalization;
using MediaServer.EndToEnd.Harness;

namespace MediaServer.EndToEnd;

/// <summary>An encoder that is killed and comes back at once: whoever watches goes on without connecting again.</summary>
public sealed class ResumeTests
{
    private const string Stream = "show";

    [Fact]
    public async Task Viewers_of_all_kinds_go_on_when_a_killed_ffmpeg_is_started_again()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("resume");
        ChildProcess first = Ffmpeg.PublishLoop(Sample.PathOf(Sample.BFrames), server.RtmpUrl(Stream));
        await server.WaitForStreamAsync(Stream);
        await using var rtmp = Viewer.Open(Protocol.Rtmp, server, Stream);
        await using var flv = Viewer.Open(Protocol.HttpFlv, server, Stream);
        await using ChildProcess rtmpPlayer = Ffmpeg.Play(server.RtmpUrl(Stream));
        await rtmp.FirstAsync(frame => frame.IsPicture && frame.Timestamp > 5_500, "picture in the middle of a group"); // groups of 2 s
        string playlist = await GetPlaylistAsync(server);
        Assert.DoesNotContain("#EXT-X-DISCONTINUITY\n", playlist, StringComparison.Ordinal);

        (Viewer Viewer, int Seen)[] viewers = [(rtmp, rtmp.Frames.Count), (flv, flv.Frames.Count)];
        first.Kill();
        await first.DisposeAsync();
        await using ChildProcess second = Ffmpeg.PublishLoop(Sample.PathOf(Sample.BFrames), server.RtmpUrl(Stream));
        ReceivedFrame[] sent = [.. Sample.Read(Sample.PathOf(Sample.BFrames)).Where(frame => frame.IsPicture)];
        foreach ((Viewer viewer, int seen) in viewers)
        {
            ReceivedFrame again = await viewer.FirstAfterAsync(seen, frame => frame.HasSameBody(sent[0]), "first picture of the encoder that came back");
            await viewer.FirstAfterAsync(seen, frame => frame.Timestamp > again.Timestamp + 3_000, "picture 3 s later");
            AssertRunsOn(viewer, sent, again);
        }

        await WaitForDiscontinuityAsync(server);
        Assert.False(rtmpPlayer.Exited.IsCompleted, rtmpPlayer.Tail());
        second.RequestEnd();
        await rtmp.WaitForEndAsync();
        await flv.WaitForEndAsync();
        Assert.Equal(0, await rtmpPlayer.WaitForExitAsync(Waiting.Limit));
    }

    /// <summary>Pictures are the file's from its beginning, twice; timestamps never go back, and the second run begins right behind the first.</summary>
    private static void AssertRunsOn(Viewer viewer, ReceivedFrame[] sent, ReceivedFrame again)
    {
        ReceivedFrame[] pictures = [.. viewer.Frames.Where(frame => frame.IsPicture)];
        int splice = Array.IndexOf(pictures, again);
        Assert.All(pictures.Take(splice).Index(), picture => Assert.True(picture.Item.HasSameBody(sent[picture.Index]), $"{picture.Item} before the splice"));
        Assert.All(pictures.Skip(splice).Index(), picture => Assert.True(picture.Item.HasSameBody(sent[picture.Index % sent.Length]), $"{picture.Item} behind the splice"));
        Assert.All(pictures.Zip(pictures.Skip(1)), pair => Assert.True(pair.Second.Timestamp >= pair.First.Timestamp, $"{pair.Second} behind {pair.First}"));
        uint gap = again.Timestamp - pictures[splice - 1].Timestamp;
        Assert.InRange(gap, 1u, 5_000u); // at most the time that it was away
    }

    private static async Task WaitForDiscontinuityAsync(ServerProcess server)
    {
        string playlist = "";
        await Waiting.UntilAsync(
            async () => CountDiscontinuities(playlist = await GetPlaylistAsync(server)) > 0, () => $"no discontinuity in\n{playlist}\n{server.Tail()}");
        Assert.Equal(1, CountDiscontinuities(playlist));
    }

    private static int CountDiscontinuities(string playlist) => playlist.Split('\n').Count(line => line == "#EXT-X-DISCONTINUITY");

    /// <summary>The media playlist that the multivariant one names.</summary>
    private static async Task<string> GetPlaylistAsync(ServerProcess server)
    {
        string playlist = "";
        await Waiting.UntilAsync(
            async () =>
            {
                using HttpResponseMessage answer = await server.Http.GetAsync(server.HlsUrl(Stream));
                playlist = await answer.Content.ReadAsStringAsync();
                return answer.IsSuccessStatusCode;
            },
            () => $"there is no playlist. {server.Tail()}");
        string media = playlist.Split('\n').First(line => line.Length > 0 && line[0] != '#');
        return await server.Http.GetStringAsync(string.Create(CultureInfo.InvariantCulture, $"live/{Stream}/{media}"));
    }
}

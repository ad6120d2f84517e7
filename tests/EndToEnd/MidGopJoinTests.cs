using MediaServer.EndToEnd.Harness;

namespace MediaServer.EndToEnd;

/// <summary>Players that join somewhere in the middle: what they get is complete from there on, and a strict decoder has nothing to say against it.</summary>
public sealed class MidGopJoinTests(MidGopJoinTests.Broadcasts broadcasts) : IClassFixture<MidGopJoinTests.Broadcasts>
{
    public static TheoryData<string> Streams => [.. Broadcasts.All.Select(broadcast => broadcast.Stream)];

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task What_an_rtmp_player_gets_decodes_without_an_error(string stream)
    {
        (ChildProcess player, _, _) = await broadcasts.GetAsync(stream);
        await Ffmpeg.AssertContentAsync(player, broadcasts.Server.Tail);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task What_an_http_flv_player_gets_decodes_without_an_error(string stream)
    {
        (_, Task<string> recording, _) = await broadcasts.GetAsync(stream);
        string file = await recording.Within(Waiting.Limit, () => $"{stream}.flv does not end. {broadcasts.Server.Tail()}");
        await using ChildProcess decoding = Ffmpeg.Decode(file);
        await Ffmpeg.AssertContentAsync(decoding, () => $"See {file}.");
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Who_watches_from_the_start_gets_every_byte_in_order(string stream)
    {
        (_, _, Viewer viewer) = await broadcasts.GetAsync(stream);
        await viewer.WaitForEndAsync();
        string sample = Broadcasts.All.Single(broadcast => broadcast.Stream == stream).Sample;
        IReadOnlyList<ReceivedFrame> sent = Sample.Read(Sample.PathOf(sample));
        foreach (Func<ReceivedFrame, bool> isOfTrack in new Func<ReceivedFrame, bool>[] { frame => frame.IsPicture, frame => frame.IsSound })
        {
            Assert.Equal(sent.Count(isOfTrack), viewer.Frames.Count(isOfTrack));
            Assert.All(
                sent.Where(isOfTrack).Zip(viewer.Frames.Where(isOfTrack)),
                pair => Assert.True(pair.First.HasSameBody(pair.Second), $"{pair.Second} instead of {pair.First}"));
        }
    }

    [Fact]
    public async Task Who_joins_after_a_change_of_resolution_gets_the_new_size()
    {
        (_, Task<string> recording, _) = await broadcasts.GetAsync("after-change");
        Assert.Equal(["h264 480x270", "aac 44100"], await Ffmpeg.ProbeAsync(await recording));
    }

    /// <summary>All samples published at once, each joined where it says.</summary>
    public sealed class Broadcasts() : ServerFixture("mid-gop-join")
    {
        private readonly Dictionary<string, Task<(ChildProcess Player, Task<string> Recording, Viewer Viewer)>> _running = [];

        /// <summary>What is published as what, and from which timestamp on the late players join.</summary>
        internal static readonly (string Stream, string Sample, uint JoinAt)[] All =
        [
            ("b-frames", Sample.BFrames, 3000),
            ("open-gop", Sample.OpenGop, 5000),
            ("intra-refresh", Sample.IntraRefresh, 3000),
            ("across-change", Sample.ResolutionChange, 1000),
            ("after-change", Sample.ResolutionChange, 5000),
        ];

        internal Task<(ChildProcess Player, Task<string> Recording, Viewer Viewer)> GetAsync(string stream) => _running[stream];

        protected override Task PrepareAsync()
        {
            foreach ((string stream, string sample, uint joinAt) in All)
            {
                Own(Ffmpeg.Publish(Sample.PathOf(sample), Server.RtmpUrl(stream)));
                _running[stream] = JoinAsync(stream, joinAt);
            }

            return Task.WhenAll(_running.Values);
        }

        private async Task<(ChildProcess Player, Task<string> Recording, Viewer Viewer)> JoinAsync(string stream, uint joinAt)
        {
            await Server.WaitForStreamAsync(stream);
            Viewer viewer = Own(Viewer.Open(Protocol.Rtmp, Server, stream));
            await viewer.FirstAsync(frame => frame.IsPicture && frame.Timestamp >= joinAt, $"picture at {joinAt} ms");
            ChildProcess player = Own(Ffmpeg.Decode(Server.RtmpUrl(stream)));
            return (player, RecordAsync(stream), viewer);
        }

        private async Task<string> RecordAsync(string stream)
        {
            string path = Artifacts.PathOf($"mid-gop-join-{stream}.flv");
            await using FileStream file = File.Create(path);
            await using Stream body = await Server.Http.GetStreamAsync(Server.FlvUrl(stream));
            await body.CopyToAsync(file);
            return path;
        }
    }
}

using MediaServer.EndToEnd.Harness;
using Xunit.Abstractions;

namespace MediaServer.EndToEnd;

/// <summary>Peers that promise, nest and claim without end: they are closed, cost next to nothing, and a stream beside them misses nothing.</summary>
public sealed class AttackTests(AttackTests.Healthy healthy, ITestOutputHelper output) : IClassFixture<AttackTests.Healthy>
{
    private const byte Audio = 8;
    private const byte Video = 9;
    private const byte Command = 20;
    private const int LongestMessage = 10 * 1024 * 1024;
    private const long MemoryGrowthLimit = 64 * 1024 * 1024;

    private ServerProcess Server => healthy.Server;

    [Theory]
    [InlineData(100_000)] // half a megabyte
    [InlineData(12_000)] // what fits in a command
    public Task A_command_that_nests_without_end_is_closed(int levels) => AssertHarmlessAsync(async () =>
    {
        await using HostilePeer peer = await HostilePeer.ConnectAsync(Server);
        await peer.SendAsync(HostilePeer.ChunkSize(1024 * 1024));
        byte[] nest = [.. Enumerable.Repeat<byte[]>([0x0A, 0, 0, 0, 1], levels).SelectMany(level => level)];
        await peer.SendAsync(HostilePeer.Message(3, Command, 0, [.. HostilePeer.Text("connect"), .. HostilePeer.Number(1), .. nest]));
        await peer.WaitForCloseAsync(Server.Tail);
    });

    [Theory]
    [InlineData(LongestMessage)]
    [InlineData(0xFFFFFF)] // 16 MiB
    public Task Long_messages_that_never_come_on_a_thousand_chunk_streams_are_closed(int length) => AssertHarmlessAsync(async () =>
    {
        await using HostilePeer peer = await HostilePeer.PublishAsync(Server, "promises");
        for (int id = 3; id < 1_003; id++)
        {
            await peer.SendAsync([.. HostilePeer.Header(id, Video, 1, length), .. new byte[HostilePeer.ChunkBytes]]);
        }

        await peer.WaitForCloseAsync(Server.Tail);
    });

    [Fact]
    public Task Messages_that_grow_on_all_chunk_streams_and_never_end_are_closed() => AssertHarmlessAsync(async () =>
    {
        await using HostilePeer peer = await HostilePeer.PublishAsync(Server, "growth");
        for (int id = 3; id < 60; id++)
        {
            await peer.SendAsync([.. HostilePeer.Header(id, Video, 1, LongestMessage), .. new byte[HostilePeer.ChunkBytes]]);
        }

        byte[] rounds = [.. Enumerable.Range(3, 57).SelectMany(id => (byte[])[(byte)(0xC0 | id), .. new byte[HostilePeer.ChunkBytes]])];
        for (int round = 0; round < 100; round++)
        {
            await peer.SendAsync(rounds); // 23 MB in all
        }

        await peer.WaitForCloseAsync(Server.Tail);
    });

    [Fact]
    public Task The_largest_chunk_size_reserves_nothing() => AssertHarmlessAsync(async () =>
    {
        await using HostilePeer peer = await HostilePeer.PublishAsync(Server, "chunks");
        await peer.SendAsync(HostilePeer.ChunkSize(int.MaxValue));
        await peer.SendAsync([.. HostilePeer.Header(6, Video, 1, LongestMessage), 0x17]); // the rest would follow in one chunk
        await Server.WaitForStreamAsync("chunks");
    });

    [Fact]
    public Task A_chunk_size_that_is_none_is_told_and_closed() => AssertHarmlessAsync(async () =>
    {
        await using HostilePeer peer = await HostilePeer.ConnectAsync(Server);
        await peer.SendAsync(HostilePeer.ChunkSize(0x80000000));
        await peer.ReadUntilAsync("NetConnection.Connect.Closed");
        await peer.WaitForCloseAsync(Server.Tail);
    });

    [Fact]
    public Task Configurations_that_change_all_the_time_and_mean_nothing_cost_nothing() => AssertHarmlessAsync(async () =>
    {
        await using HostilePeer peer = await HostilePeer.PublishAsync(Server, "bombs");
        var random = new Random(1);
        for (int round = 0; round < 2_000; round++)
        {
            byte[] set = new byte[1_000];
            random.NextBytes(set);
            byte[][] starts = [[0x67, 0x64, 0, 0x28], [0x67, 0x64, 0, 0x28, 0xFF], [0x67, 0x64, 0, 0x28, 0, 0, 0, 0, 0, 0, 0, 0]]; // plausible, sizes of 2^32, codes without end
            starts[round % starts.Length].CopyTo(set, 0);
            byte[] record = [1, 0x64, 0, 0x28, 0xFF, 0xE1, (byte)(set.Length >> 8), (byte)set.Length, .. set, 1, 0, 2, 0x68, 0xEB];
            await peer.SendAsync(HostilePeer.Message(6, Video, 1, [0x17, 0, 0, 0, 0, .. record]));
            await peer.SendAsync(HostilePeer.Message(6, Video, 1, [0x17, 1, 0, 0, 0, 0, 0, 0, 2, 0x65, 0x88]));
            await peer.SendAsync(HostilePeer.Message(4, Audio, 1, [0xAF, 0, (byte)round, (byte)(round >> 8)]));
        }

        await Server.WaitForStreamAsync("bombs");
    });

    private async Task AssertHarmlessAsync(Func<Task> attack)
    {
        int from = healthy.Viewer.Frames.Count;
        long before = Server.ResidentBytes;
        await attack();
        await healthy.Viewer.FirstAfterAsync(healthy.Viewer.Frames.Count, frame => frame.IsKeyFrame, "key frame after the attack");
        long after = Server.ResidentBytes;
        output.WriteLine($"{before >> 20} MiB resident before, {after >> 20} MiB after");
        Assert.True(after - before < MemoryGrowthLimit, $"grew from {before >> 20} to {after >> 20} MiB");
        Assert.True(healthy.Viewer.Frames.Count > from, "nothing came meanwhile");
        healthy.AssertNothingIsMissing();
    }

    /// <summary>A stream that somebody watches, and that must not notice.</summary>
    public sealed class Healthy() : ServerFixture("attacks", "--Hub:ResumeWindow=00:00:00")
    {
        private const string Stream = "healthy";

        internal Viewer Viewer { get; private set; } = null!;

        internal void AssertNothingIsMissing() => ReceivedFrame.AssertLoop(Sample.Read(Sample.PathOf(Sample.BFrames)), Viewer.Frames);

        protected override async Task PrepareAsync()
        {
            Own(Ffmpeg.PublishLoop(Sample.PathOf(Sample.BFrames), Server.RtmpUrl(Stream)));
            await Server.WaitForStreamAsync(Stream);
            Viewer = Own(Viewer.Open(Protocol.Rtmp, Server, Stream));
            await Viewer.FirstAsync(frame => frame.IsKeyFrame, "key frame");
        }
    }
}

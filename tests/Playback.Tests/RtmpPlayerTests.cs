using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Playback.Tests.Support;
using MediaServer.Rtmp;
using MediaServer.TestKit;

namespace MediaServer.Playback.Tests;

public class RtmpPlayerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_player_begins_at_the_last_key_frame_and_gets_every_frame_from_there(bool isManaged)
    {
        await using PlaybackServer server = await PlaybackServer.StartAsync(isManaged);
        server.PublishVideo(isRandomAccess: true);
        server.PublishVideo(isRandomAccess: false);
        server.PublishVideo(isRandomAccess: true);
        server.PublishVideo(isRandomAccess: false);

        using RtmpPlayClient player = await RtmpPlayClient.PlayAsync(server.Port);
        server.PublishVideo(isRandomAccess: false);

        Assert.Equal((120u, true, 1000), await player.ReadVideoAsync());
        Assert.Equal((160u, false, 1000), await player.ReadVideoAsync());
        Assert.Equal((200u, false, 1000), await player.ReadVideoAsync());
    }

    [Theory]
    [InlineData("", RtmpExtensions.None, false)]
    [InlineData("", RtmpExtensions.Modifiers, false)]
    [InlineData("", RtmpExtensions.Multitrack, true)]
    [InlineData("?tracks=all", RtmpExtensions.None, true)]
    [InlineData("?tracks=1", RtmpExtensions.None, false)]
    public async Task A_player_gets_the_first_track_unless_it_understands_or_asks_for_all(string query, RtmpExtensions extensions, bool getsAll)
    {
        await using PlaybackServer server = await PlaybackServer.StartAsync();
        server.PublishVideo(isRandomAccess: true, lengthBytes: 100);
        using RtmpPlayClient player = await RtmpPlayClient.PlayAsync(server.Port, query, new RtmpCapabilities { Extensions = extensions });

        server.PublishVideo(isRandomAccess: true, lengthBytes: 101, track: 1);
        server.PublishVideo(isRandomAccess: false, lengthBytes: 102);
        server.EndStream();

        var lengths = new List<int>();
        while (await player.ReadVideoAsync() is { } video)
        {
            lengths.Add(video.LengthBytes);
        }

        Assert.Equal(getsAll ? [100, 101, 102] : [100, 102], lengths);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_player_gets_what_is_left_and_is_told_when_the_stream_ends(bool isManaged)
    {
        await using PlaybackServer server = await PlaybackServer.StartAsync(isManaged);
        server.PublishVideo(isRandomAccess: true, lengthBytes: 300_000);
        using RtmpPlayClient player = await RtmpPlayClient.PlayAsync(server.Port);
        for (int i = 0; i < 5; i++)
        {
            server.PublishVideo(isRandomAccess: false, lengthBytes: 300_000); // more than any socket buffer takes at once
        }

        server.EndStream();

        for (uint i = 1; i <= 6; i++)
        {
            Assert.Equal((i * 40, i == 1, 300_000), await player.ReadVideoAsync());
        }

        Assert.Null(await player.ReadVideoAsync());
        Assert.True(player.WasToldOfTheEnd);
    }

    [Fact]
    public async Task A_player_that_stands_still_pins_no_slab_that_left_the_log_and_goes_on_at_a_key_frame()
    {
        // A GOP of 10 frames of 100 kB; the log keeps at most 2 MB.
        await using PlaybackServer server = await PlaybackServer.StartAsync(
            hub: new HubOptions { BudgetBytes = 2 * 1024 * 1024, LagBytes = 1024 * 1024 });
        server.PublishVideo(isRandomAccess: true, lengthBytes: 100_000);
        using RtmpPlayClient still = await RtmpPlayClient.PlayAsync(server.Port);
        using RtmpPlayClient other = await RtmpPlayClient.PlayAsync(server.Port);
        await other.ReadVideoAsync();
        for (int i = 1; i < 300; i++)
        {
            server.PublishVideo(isRandomAccess: i % 10 == 0, lengthBytes: 100_000);
            Assert.Equal((uint)(i + 1) * 40, (await other.ReadVideoAsync())!.Value.Timestamp); // the other one misses nothing
        }

        // 2 MB in slabs of 64 KiB, each frame in two of its own, the headers' slab, and what is under way.
        Assert.InRange(server.Slabs.Outstanding, 1, 80);
        Assert.True(MediaDiagnostics.CopiedBytes(CopyReason.EvictedRest) > 0, "the rest of the half-sent frame was not copied");

        uint last = 0;
        bool jumped = false;
        while (last < 300 * 40)
        {
            (uint timestamp, bool isKey, int lengthBytes) = (await still.ReadVideoAsync())!.Value;
            Assert.Equal(100_000, lengthBytes);
            Assert.True(timestamp > last);
            if (timestamp != last + 40 && last > 0)
            {
                Assert.True(isKey, "after a gap comes a key frame");
                jumped = true;
            }

            last = timestamp;
        }

        Assert.True(jumped);
        TrafficCounters totals = server.Hub.GetTotals();
        Assert.True(totals.Delivery.Dropped.Video > 0);
    }

    [Fact]
    public async Task What_a_player_that_left_did_not_get_is_counted_so_and_not_as_lag()
    {
        await using PlaybackServer server = await PlaybackServer.StartAsync();
        server.PublishVideo(isRandomAccess: true);
        using (RtmpPlayClient player = await RtmpPlayClient.PlayAsync(server.Port))
        {
            for (int i = 0; i < 300; i++)
            {
                server.PublishVideo(isRandomAccess: false, lengthBytes: 10_000); // within its bound, beyond its socket's
            }

            await PlaybackServer.UntilAsync(() => server.Topic.GetStatistics().Traffic.Delivery.Delivered.Video > 0);
        }

        await PlaybackServer.UntilAsync(() => server.Topic.GetStatistics().Subscribers.Count == 0);

        DeliveryCounters delivery = server.Hub.GetTotals().Delivery;
        Assert.Equal(0, delivery.GetDropped(DropReason.Overrun).Total);
        Assert.True(delivery.GetDropped(DropReason.Disconnected).Total > 0);
    }

    [Fact]
    public async Task A_player_gets_every_frame_before_its_goodbye_however_much_its_socket_has_taken_when_the_stream_ends()
    {
        for (int frames = 16; frames <= 480; frames += 16) // of 5 kB: for some of these the socket fills up in the very last send
        {
            await using PlaybackServer server = await PlaybackServer.StartAsync();
            server.PublishVideo(isRandomAccess: true);
            using RtmpPlayClient player = await RtmpPlayClient.PlayAsync(server.Port);
            int last = frames;
            server.Transport.Loops[0].Post(() => // no walk comes in between
            {
                for (int i = 0; i < last; i++)
                {
                    server.PublishVideo(isRandomAccess: false, lengthBytes: 5_000);
                }

                server.EndStream();
            });

            for (uint i = 0; i <= frames; i++)
            {
                Assert.Equal((i + 1) * 40, (await player.ReadVideoAsync())?.Timestamp);
            }

            Assert.Null(await player.ReadVideoAsync());
            Assert.True(player.WasToldOfTheEnd);
        }
    }

    [Fact]
    public async Task A_walk_that_had_to_let_others_go_first_goes_on_with_the_players_that_are_left()
    {
        Assert.True(FlushInterval.TryParse("0", out FlushInterval atOnce)); // the loop seems busy by that clock
        await using PlaybackServer server = await PlaybackServer.StartAsync(
            playback: new PlaybackOptions { FlushInterval = atOnce }, time: new HastyTime());
        server.PublishVideo(isRandomAccess: true);
        var players = new List<RtmpPlayClient>();
        for (int i = 0; i < 5; i++)
        {
            players.Add(await RtmpPlayClient.PlayAsync(server.Port));
            await players[i].ReadVideoAsync();
        }

        server.PublishVideo(isRandomAccess: false);

        foreach (RtmpPlayClient player in players)
        {
            Assert.Equal(80u, (await player.ReadVideoAsync())!.Value.Timestamp);
            player.Dispose();
        }
    }

    [Fact]
    public async Task Players_that_come_and_go_between_the_turns_of_a_walk_cost_nobody_a_frame()
    {
        Assert.True(FlushInterval.TryParse("0", out FlushInterval atOnce));
        await using PlaybackServer server = await PlaybackServer.StartAsync(
            playback: new PlaybackOptions { FlushInterval = atOnce }, time: new HastyTime());
        server.PublishVideo(isRandomAccess: true);
        uint published = 40;
        var random = new Random(11);
        var players = new List<(RtmpPlayClient Client, uint Read)>();
        for (int round = 0; round < 30; round++)
        {
            PublishTwo();
            if (players.Count > 6)
            {
                int leaving = random.Next(players.Count);
                players[leaving].Client.Dispose();
                players.RemoveAt(leaving);
            }

            players.Add((await RtmpPlayClient.PlayAsync(server.Port), 0));
            PublishTwo();
            for (int i = 0; i < players.Count; i++)
            {
                (RtmpPlayClient client, uint read) = players[i];
                for (; read < published; read += 40)
                {
                    Assert.Equal(read + 40, (await client.ReadVideoAsync())!.Value.Timestamp);
                }

                players[i] = (client, read);
            }
        }

        players.ForEach(player => player.Client.Dispose());

        void PublishTwo()
        {
            server.PublishVideo(isRandomAccess: false);
            server.PublishVideo(isRandomAccess: false);
            published += 80;
        }
    }

    [Fact]
    public async Task Audio_goes_out_with_the_next_video_frame_in_one_call()
    {
        var time = new ManualTimeProvider();
        await using PlaybackServer server = await PlaybackServer.StartAsync(time: time);
        server.PublishVideo(isRandomAccess: true);
        using RtmpPlayClient player = await RtmpPlayClient.PlayAsync(server.Port);
        await player.ReadVideoAsync();
        await server.Loop.GetAllocatedAsync(); // the call that sent it is counted by now
        long calls = server.Transport.SendCalls;

        server.PublishAudio();
        server.PublishAudio();
        server.PublishVideo(isRandomAccess: false);
        await player.ReadVideoAsync();
        await server.Loop.GetAllocatedAsync();

        Assert.Equal(1, server.Transport.SendCalls - calls);
    }

    [Fact]
    public async Task Audio_without_video_to_wait_for_goes_out_after_40_ms()
    {
        var time = new ManualTimeProvider();
        await using PlaybackServer server = await PlaybackServer.StartAsync(time: time);
        server.PublishVideo(isRandomAccess: true);
        using RtmpPlayClient player = await RtmpPlayClient.PlayAsync(server.Port);
        await player.ReadVideoAsync();
        await server.Loop.GetAllocatedAsync(); // the call that sent it is counted by now
        long calls = server.Transport.SendCalls;

        server.PublishAudio();
        await server.Loop.GetAllocatedAsync(); // by now the walk has looked at it
        Assert.Equal(0, server.Transport.SendCalls - calls);
        time.Advance(TimeSpan.FromMilliseconds(40));

        await player.ReadAudioAsync();
        await server.Loop.GetAllocatedAsync();
        Assert.Equal(1, server.Transport.SendCalls - calls);
    }

    [Fact]
    public async Task With_a_flush_interval_of_0_every_frame_goes_out_at_once()
    {
        Assert.True(FlushInterval.TryParse("0", out FlushInterval atOnce));
        await using PlaybackServer server = await PlaybackServer.StartAsync(
            playback: new PlaybackOptions { FlushInterval = atOnce }, time: new ManualTimeProvider());
        server.PublishVideo(isRandomAccess: true);
        using RtmpPlayClient player = await RtmpPlayClient.PlayAsync(server.Port);
        await player.ReadVideoAsync();

        server.PublishAudio();

        await player.ReadAudioAsync(); // though no time passes and no video comes
    }

    [Fact]
    public async Task A_shard_sends_frames_to_its_players_and_allocates_nothing()
    {
        await using PlaybackServer server = await PlaybackServer.StartAsync();
        server.PublishVideo(isRandomAccess: true);
        var players = new List<RtmpPlayClient>();
        for (int i = 0; i < 5; i++)
        {
            players.Add(await RtmpPlayClient.PlayAsync(server.Port));
        }

        await PublishAndReadAsync(server, players, frames: 200); // to warm up

        // The least of some rounds: what a contended lock or a timer allocates once in a while does not belong to a frame.
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = await server.Loop.GetAllocatedAsync();
            await PublishAndReadAsync(server, players, frames: 50);
            least = Math.Min(least, await server.Loop.GetAllocatedAsync() - before);
        }

        Assert.Equal(0, least); // of the shard's thread: waiting, walking, sending
        players.ForEach(player => player.Dispose());
    }

    private static async Task PublishAndReadAsync(PlaybackServer server, List<RtmpPlayClient> players, int frames)
    {
        for (int i = 0; i < frames; i++)
        {
            server.PublishVideo(isRandomAccess: false);
            foreach (RtmpPlayClient player in players)
            {
                await player.ReadVideoAsync();
            }
        }
    }

    /// <summary>Moves on by 2 ms whenever somebody looks, so that every turn is over at once; its timers never fire.</summary>
    private sealed class HastyTime : TimeProvider
    {
        private readonly ManualTimeProvider _timers = new();
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Add(ref _ticks, 2 * TimeSpan.TicksPerMillisecond);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _timers.CreateTimer(callback, state, dueTime, period);
    }
}

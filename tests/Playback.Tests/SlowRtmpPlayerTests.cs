using MediaServer.Hub;
using MediaServer.Playback.Tests.Support;
using MediaServer.TestKit;

namespace MediaServer.Playback.Tests;

public class SlowRtmpPlayerTests
{
    [Fact]
    public async Task A_player_that_stood_still_for_too_long_is_told_when_it_comes_back()
    {
        var time = new ManualTimeProvider();
        await using PlaybackServer server = await PlaybackServer.StartAsync(time: time);
        server.PublishVideo(isRandomAccess: true);
        using RtmpPlayClient player = await RtmpPlayClient.PlayAsync(server.Port);
        for (int i = 0; i < 10; i++)
        {
            server.PublishVideo(isRandomAccess: false, lengthBytes: 1_000_000); // more than all buffers
        }

        while (await server.Loop.RunAsync(() => server.Topic.GetSubscribers()[0].InFlight) == 0)
        {
            await Task.Yield(); // until its socket is full
        }

        time.Advance(TimeSpan.FromSeconds(31)); // the server gives it 2 s to be told
        await server.Loop.RunAsync(() => true);
        await ReadToEndAsync(player);

        Assert.Equal("NetStream.Play.InsufficientBW", player.Statuses[^1]);
    }

    [Fact]
    public async Task A_player_that_chose_to_be_disconnected_is_when_it_lags()
    {
        await using PlaybackServer server = await PlaybackServer.StartAsync();
        server.PublishVideo(isRandomAccess: true);
        using RtmpPlayClient player = await RtmpPlayClient.PlayAsync(server.Port, "?policy=disconnect");
        for (int i = 0; i < 1000; i++)
        {
            server.PublishVideo(isRandomAccess: false, lengthBytes: 10_000); // 512 frames is what a player may lag
        }

        await ReadToEndAsync(player);

        Assert.Equal("NetStream.Play.InsufficientBW", player.Statuses[^1]);
        await PlaybackServer.UntilAsync(() => server.Topic.GetSubscribers().Count == 0);
        DeliveryCounters delivery = server.Hub.GetTotals().Delivery;
        Assert.Equal(1, delivery.CutOffs);
        Assert.Equal(0, delivery.GetDropped(DropReason.Overrun).Total);
    }

    [Theory]
    [InlineData("?policy=live", SlowPolicy.Live)]
    [InlineData("?policy=drop-oldest", SlowPolicy.DropOldest)]
    [InlineData("?policy=drop-newest&key=k", SlowPolicy.DropNewest)]
    [InlineData("?policy=Sample", SlowPolicy.Sample)]
    [InlineData("", SlowPolicy.DropOldest)]
    public async Task A_player_may_choose_what_becomes_of_it_else_the_options_say(string query, SlowPolicy expected)
    {
        Assert.True(PlayerPolicy.TryParse("drop-oldest", out PlayerPolicy fromOptions));
        await using PlaybackServer server = await PlaybackServer.StartAsync(playback: new PlaybackOptions { Policy = fromOptions });
        server.PublishVideo(isRandomAccess: true);
        using RtmpPlayClient player = await RtmpPlayClient.PlayAsync(server.Port, query);

        SubscriberStatistics subscriber = server.Topic.GetSubscribers().Single();
        Assert.Equal(expected, subscriber.Policy);
        Assert.Equal(PlayerKind.Rtmp, subscriber.Kind);
        Assert.Matches("^c[0-9]+$", subscriber.Name);
        Assert.Matches("^127.0.0.1:[0-9]+$|^\\[::1\\]:[0-9]+$", subscriber.Peer);
    }

    [Theory]
    [InlineData("?policy=block")] // a viewer may not hold the log
    [InlineData("?policy=")]
    [InlineData("?maxlag=-1s")]
    [InlineData("?maxlag=2")]
    public async Task Who_asks_for_what_there_is_not_is_told_so(string query)
    {
        await using PlaybackServer server = await PlaybackServer.StartAsync();
        server.PublishVideo(isRandomAccess: true);
        Assert.Contains("NetStream.Play.Failed", await RtmpPlayClient.PlayRefusedAsync(server.Port, query), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_rests_of_frames_that_left_the_log_are_kept_up_to_a_bound_and_who_needs_more_is_cut_off()
    {
        const int Length = 10_000_000; // more than the kernel takes, so that the log is asked for the rest
        var time = new ManualTimeProvider();
        await using PlaybackServer server = await PlaybackServer.StartAsync(
            hub: new HubOptions { BudgetBytes = 20 * 1024 * 1024, LagBytes = 1024 * 1024 }, time: time);
        server.PublishVideo(isRandomAccess: true, Length);
        var players = new List<RtmpPlayClient>();
        for (int i = 0; i < 8; i++)
        {
            players.Add(await RtmpPlayClient.PlayAsync(server.Port));
        }

        await PlaybackServer.UntilAsync(() => server.Topic.GetSubscribers().Count(player => player.InFlight > 0) == 8);
        server.PublishVideo(isRandomAccess: false, Length);
        server.PublishVideo(isRandomAccess: false, Length); // the first frame leaves the log, half sent to all of them

        await PlaybackServer.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100)); // the walk looks again
            return server.Hub.GetTotals().Delivery.CutOffs > 0;
        });

        Assert.NotEmpty(server.Topic.GetSubscribers()); // there is room for the rests of some
        players.ForEach(player => player.Dispose());
    }

    [Fact]
    public async Task A_player_may_ask_for_less_lag_than_the_server_allows()
    {
        var time = new ManualTimeProvider();
        Assert.True(FlushInterval.TryParse("0", out FlushInterval atOnce)); // or frames would have to wait for each other for longer than it asks for
        await using PlaybackServer server = await PlaybackServer.StartAsync(playback: new PlaybackOptions { FlushInterval = atOnce }, time: time);
        server.PublishVideo(isRandomAccess: true);
        using RtmpPlayClient strict = await RtmpPlayClient.PlayAsync(server.Port, "?policy=disconnect&maxlag=1ms");
        using RtmpPlayClient patient = await RtmpPlayClient.PlayAsync(server.Port, "?policy=disconnect");
        for (int i = 0; i < 10; i++)
        {
            server.PublishVideo(isRandomAccess: false, lengthBytes: 1_000_000); // neither reads; the hub's clock goes on meanwhile
        }

        await PlaybackServer.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100)); // the walk looks again
            return server.Topic.GetSubscribers().Count == 1;
        });
        Exception? end = await Record.ExceptionAsync(() => ReadToEndAsync(strict));
        Assert.True(end is null or IOException, $"{end}"); // told or, when its socket was full by then, reset
        for (uint i = 1; i <= 11; i++)
        {
            Assert.Equal(i * 40, (await patient.ReadVideoAsync())?.Timestamp);
        }
    }

    private static async Task ReadToEndAsync(RtmpPlayClient player)
    {
        while (await player.ReadVideoAsync() is not null)
        {
        }
    }
}

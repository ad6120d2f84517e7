using MediaServer.Ingest.Tests.Support;
using MediaServer.Rtmp;
using MediaServer.TestKit;

namespace MediaServer.Ingest.Tests;

public sealed class PublisherLimitTests
{
    private static readonly byte[] HundredKilobytes = [0xAF, 1, .. new byte[100_000 - 2]];

    [Fact]
    public async Task A_publisher_that_sends_more_than_it_may_is_told_and_closed()
    {
        await using IngestRig rig = await IngestRig.StartAsync(options => options.MaxPublishBitrate = 1_000_000);
        using RtmpClient client = await rig.PublishAsync("show");
        await client.SendAsync(RtmpMessageType.Audio, 0, new byte[] { 0xAF, 0, 0x12, 0x10 });
        for (int i = 0; i < 7; i++) // more than 5 s of it
        {
            await client.SendAsync(RtmpMessageType.Audio, 0, HundredKilobytes);
        }

        Assert.Contains("Publish.Rejected", await client.ToldAsync(), StringComparison.Ordinal);
        await client.ClosedAsync();
        Assert.Equal(1, rig.Counters.Refused(RefusalReason.PublishBitrate));
        await IngestRig.UntilAsync(() => rig.Hub.Topics.Count == 0);
    }

    [Theory]
    [InlineData(100_000, 1, false)] // 800 kbit/s
    [InlineData(125_000, 1, false)] // just what it may
    [InlineData(130_000, 1, true)]
    [InlineData(600_000, 5, false)] // a burst within what the span may bring
    [InlineData(700_000, 5, true)]
    public void The_rate_is_measured_over_five_seconds(int bytes, int everySeconds, bool expected)
    {
        var time = new ManualTimeProvider();
        var rate = new PublishRate(1_000_000, time, received: 7_000);
        long received = 7_000;
        bool isExceeded = false;
        for (int second = 0; second < 60; second += everySeconds)
        {
            received += bytes;
            isExceeded |= rate.IsExceeded(received, time.GetTimestamp());
            time.Advance(TimeSpan.FromSeconds(everySeconds));
            isExceeded |= rate.IsExceeded(received, time.GetTimestamp());
        }

        Assert.Equal(expected, isExceeded);
    }

    [Fact]
    public void Without_a_limit_no_rate_is_too_high()
    {
        Assert.False(new PublishRate(0, new ManualTimeProvider(), 0).IsExceeded(long.MaxValue / 16, 0));
    }

    [Fact]
    public async Task A_message_longer_than_the_option_allows_ends_the_connection()
    {
        await using IngestRig rig = await IngestRig.StartAsync(options => options.MaxMessageBytes = 64 * 1024);
        using RtmpClient client = await rig.PublishAsync("show");

        await client.SendAsync(RtmpMessageType.Audio, 0, HundredKilobytes);

        await client.ClosedAsync();
        Assert.Equal(1, rig.Counters.ProtocolFaults(CloseReason.MessageTooLong));
    }

    [Fact]
    public async Task A_publisher_that_answers_pings_and_sends_no_media_is_idle()
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        using RtmpClient client = await rig.PublishAsync("show");
        for (int second = 0; second < 29; second++)
        {
            await rig.AdvanceAsync(TimeSpan.FromSeconds(1));
            await client.SendAsync(Wire.Hex("02" + "000000" + "000006" + "04" + "00000000" + "0007" + "00000000")); // an answer to a ping
        }

        Assert.Equal(1, rig.Counters.Connections);
        await rig.AdvanceAsync(TimeSpan.FromSeconds(1));

        await client.ClosedAsync();
        Assert.Equal(1, rig.Counters.Refused(RefusalReason.PublisherIdle));
    }

    [Fact]
    public async Task A_player_that_answers_no_ping_is_closed_and_one_that_does_is_not()
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        rig.Play = session =>
        {
            session.AcceptPlay();
            return new MemoryStream();
        };
        using RtmpClient dead = await rig.ConnectAsync();
        await dead.OpenAsync("show", RtmpClientRole.Play);
        using RtmpClient alive = await rig.ConnectAsync();
        await alive.OpenAsync("show", RtmpClientRole.Play);
        await IngestRig.UntilAsync(() => rig.Time.ArmedTimers == 2);

        for (int second = 0; second < 90 && rig.Counters.Connections == 2; second++)
        {
            await alive.SendAsync(Wire.Hex("02" + "000000" + "000006" + "04" + "00000000" + "0007" + "00000000"));
            await rig.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        await dead.ClosedAsync();
        Assert.Equal(1, rig.Counters.Refused(RefusalReason.PingUnanswered));
        Assert.Equal(1, rig.Counters.Connections);
    }
}

using MediaServer.Hub;
using MediaServer.Ingest.Tests.Support;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.TestKit;

namespace MediaServer.Ingest.Tests;

public sealed class TakeOverTests
{
    private static readonly byte[] Configuration = Wire.Hex("AF001210");
    private static readonly byte[] Audio = Wire.Hex("AF0121");

    public enum Loss
    {
        Reset,
        EndWithoutGoodbye,
        ProtocolError,
        Silence,
    }

    [Theory]
    [InlineData(Loss.Reset)]
    [InlineData(Loss.EndWithoutGoodbye)]
    [InlineData(Loss.ProtocolError)]
    [InlineData(Loss.Silence)]
    public async Task A_stream_whose_publisher_is_lost_waits_and_goes_on_with_the_next(Loss loss)
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        using RtmpClient lost = await PublishMediaAsync(rig, "show");
        StreamTopic topic = Assert.Single(rig.Hub.Topics);
        using Subscription viewer = topic.Subscribe(new SubscriptionOptions { Kind = "test" });
        while (viewer.TryRead(out MediaFrame? frame))
        {
            frame.Release(); // a viewer that is up to date
        }

        switch (loss)
        {
            case Loss.Reset:
                lost.Reset();
                break;
            case Loss.EndWithoutGoodbye:
                lost.Dispose();
                break;
            case Loss.ProtocolError:
                await lost.SendAsync(new byte[] { 0x47 });
                break;
            default:
                await rig.AdvanceAsync(rig.Options.PublisherIdleTimeout);
                break;
        }

        await IngestRig.UntilAsync(() => topic.State == TopicState.Waiting);

        using RtmpClient next = await PublishMediaAsync(rig, "show");

        Assert.Same(topic, Assert.Single(rig.Hub.Topics));
        Assert.Equal(TopicState.Live, topic.State);
        await ReadToSpliceAsync(viewer);
    }

    [Fact]
    public async Task A_publisher_that_says_goodbye_ends_its_stream_at_once()
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        using RtmpClient client = await PublishMediaAsync(rig, "show");
        StreamTopic topic = Assert.Single(rig.Hub.Topics);

        await client.StopAsync();

        await IngestRig.UntilAsync(() => topic.State == TopicState.Ended);
        Assert.Empty(rig.Hub.Topics);
    }

    [Fact]
    public async Task A_server_that_stops_leaves_no_stream_waiting()
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        using RtmpClient lost = await PublishMediaAsync(rig, "lost");
        lost.Reset();
        using RtmpClient live = await PublishMediaAsync(rig, "live");
        StreamTopic[] topics = [.. rig.Hub.Topics];
        await IngestRig.UntilAsync(() => topics.Any(topic => topic.State == TopicState.Waiting));

        Task stopping = rig.Endpoint.StopAsync(CancellationToken.None);
        live.Dispose();
        await stopping.WaitAsync(IngestRig.Limit);

        Assert.All(topics, topic => Assert.Equal(TopicState.Ended, topic.State));
        Assert.Empty(rig.Hub.Topics);
    }

    [Fact]
    public async Task A_stream_without_a_frame_waits_for_nobody()
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        using RtmpClient client = await rig.PublishAsync("show");

        client.Reset();

        await IngestRig.UntilAsync(() => rig.Hub.Topics.Count == 0);
    }

    [Fact]
    public async Task Another_publisher_takes_over_from_one_that_is_silent_and_that_one_is_told()
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        using RtmpClient silent = await PublishMediaAsync(rig, "show");
        StreamTopic topic = Assert.Single(rig.Hub.Topics);
        await rig.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Contains("BadName", await rig.RefusalAsync("show"), StringComparison.Ordinal);
        await rig.AdvanceAsync(TimeSpan.FromSeconds(1));

        using RtmpClient next = await PublishMediaAsync(rig, "show");

        Assert.Contains("BadName", await silent.ToldAsync(), StringComparison.Ordinal);
        await silent.ClosedAsync();
        silent.Dispose();
        Assert.Same(topic, Assert.Single(rig.Hub.Topics));
        Assert.Equal(TopicState.Live, topic.State);
        Assert.Equal(1, rig.Counters.Refused(RefusalReason.TakenOver));
        await IngestRig.UntilAsync(() => rig.Counters.Connections == 1);
        Assert.Equal(TopicState.Live, topic.State); // the end of the one before is not the end of the stream
    }

    [Theory]
    [InlineData("show?key=a", "show?key=a", true)]
    [InlineData("show?key=a", "show?key=b", false)]
    [InlineData("show?key=a", "show", false)]
    [InlineData("show", "show", false)] // nothing says that it is the same
    public async Task The_same_encoder_takes_its_stream_back_at_once(string first, string second, bool expected)
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        using RtmpClient before = await PublishMediaAsync(rig, first);

        if (expected)
        {
            using RtmpClient after = await PublishMediaAsync(rig, second);
            Assert.Contains("BadName", await before.ToldAsync(), StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains("BadName", await rig.RefusalAsync(second), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task With_the_option_the_newest_publisher_wins()
    {
        await using IngestRig rig = await IngestRig.StartAsync(options => options.NewestPublisherWins = true);
        using RtmpClient before = await PublishMediaAsync(rig, "show");

        using RtmpClient after = await PublishMediaAsync(rig, "show");

        Assert.Contains("BadName", await before.ToldAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_encoders_with_one_key_are_held_apart()
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        var clients = new List<RtmpClient> { await PublishMediaAsync(rig, "show?key=a") };
        for (int i = 0; i < 3; i++)
        {
            clients.Add(await PublishMediaAsync(rig, "show?key=a"));
        }

        Assert.Contains("BadName", await rig.RefusalAsync("show?key=a"), StringComparison.Ordinal);
        Assert.Equal(1, rig.Counters.Refused(RefusalReason.TakenOverTooOften));
        await clients[^1].SendAsync(RtmpMessageType.Audio, 40, Audio); // it goes on
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public void Pauses_between_take_overs_grow_and_peace_ends_them()
    {
        var time = new ManualTimeProvider();
        var backOff = new TakeOverBackOff(time);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(backOff.TryTakeOver(out _));
        }

        foreach (int seconds in new[] { 10, 20, 40, 80, 160, 300, 300 })
        {
            time.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.False(backOff.TryTakeOver(out TimeSpan wait));
            Assert.Equal(TimeSpan.FromSeconds(1), wait);
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.True(backOff.TryTakeOver(out _));
        }

        time.Advance(TimeSpan.FromSeconds(360));
        Assert.All(Enumerable.Range(0, 3), _ => Assert.True(backOff.TryTakeOver(out TimeSpan _)));
        Assert.False(backOff.TryTakeOver(out _));
    }

    [Fact]
    public async Task Whatever_fails_on_the_way_to_publishing_frees_the_name()
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        int faults = 0;
        bool isWhole = false;
        for (int step = 0; !isWhole; step++)
        {
            int calls = step;
            rig.Authorizer.Decide = (request, _) =>
            {
                rig.Unlucky.FailAfter(calls); // from here on, the call with this number fails
                return new(AccessDecision.Allow());
            };
            Task<RtmpClient> publishing = rig.PublishAsync("show");
            isWhole = await Task.WhenAny(publishing) == publishing && publishing.IsCompletedSuccessfully && !rig.Unlucky.HasFailed;
            rig.Unlucky.FailAfter(-1);
            if (publishing.IsCompletedSuccessfully)
            {
                (await publishing).Dispose();
            }

            faults += isWhole ? 0 : 1;
            await IngestRig.UntilAsync(() => rig.Counters.Connections == 0);
            Assert.Empty(rig.Hub.Topics);
        }

        Assert.InRange(faults, 2, 100);
    }

    [Fact]
    public async Task A_log_that_fails_when_publishing_starts_frees_the_name()
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        rig.Log.Writing = line =>
        {
            if (line.Contains("publishes", StringComparison.Ordinal))
            {
                throw new InvalidOperationException("no log");
            }
        };
        await Assert.ThrowsAnyAsync<Exception>(() => rig.PublishAsync("show"));
        await IngestRig.UntilAsync(() => rig.Counters.Connections == 0);
        rig.Log.Writing = _ => { };

        using RtmpClient next = await rig.PublishAsync("show");

        Assert.Equal(RtmpSessionState.Publishing, next.Session.State);
    }

    /// <summary>Publishes, and waits until the stream has something in it.</summary>
    private static async Task<RtmpClient> PublishMediaAsync(IngestRig rig, string name)
    {
        RtmpClient client = await rig.PublishAsync(name);
        StreamKey key = IngestRig.KeyOf($"live/{name.Split('?')[0]}");
        Assert.True(rig.Hub.TryGetTopic(key, out StreamTopic? topic));
        long before = topic.Head;
        await client.SendAsync(RtmpMessageType.Audio, 0, Configuration);
        await client.SendAsync(RtmpMessageType.Audio, 20, Audio);
        await IngestRig.UntilAsync(() => topic.Head >= before + 2); // all of it
        return client;
    }

    private static async Task ReadToSpliceAsync(Subscription viewer)
    {
        using var late = new CancellationTokenSource(IngestRig.Limit);
        bool isSplice = false;
        while (!isSplice)
        {
            MediaFrame frame = await viewer.ReadAsync(late.Token);
            isSplice = frame.Is(FrameTraits.Splice);
            frame.Release();
        }
    }
}

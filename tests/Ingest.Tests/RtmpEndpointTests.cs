using MediaServer.Ingest.Tests.Support;
using MediaServer.Rtmp;
using MediaServer.TestKit;

namespace MediaServer.Ingest.Tests;

public sealed class RtmpEndpointTests
{
    [Fact]
    public async Task A_connection_that_asks_for_nothing_is_closed_in_time_however_many_bytes_it_sends()
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        using RtmpClient client = await rig.ConnectAsync();
        await client.SendAsync(new byte[] { 3 });
        await rig.AcceptedAsync(1);

        for (int second = 0; second < 9; second++)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(1));
            await client.SendAsync(new byte[] { 0 }); // a byte a second does not renew the limit
        }

        Assert.Equal(1, rig.Counters.Connections);
        rig.Time.Advance(TimeSpan.FromSeconds(1));

        await client.ClosedAsync();
    }

    [Fact]
    public async Task A_publisher_that_falls_silent_is_closed_and_its_name_is_free()
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        using RtmpClient client = await rig.PublishAsync("show");
        Assert.Equal(RtmpSessionState.Publishing, client.Session.State);
        Assert.Single(rig.Hub.Topics);

        await rig.AdvanceAsync(rig.Options.PublisherIdleTimeout);

        await client.ClosedAsync();
        await IngestRig.UntilAsync(() => rig.Hub.Topics.Count == 0);
    }

    [Theory]
    [InlineData("02" + "000000" + "000004" + "01" + "00000000" + "00000000")]           // a chunk size of 0
    [InlineData("C7")]                                                                    // a chunk stream that begins with nothing
    [InlineData("06" + "000000" + "FFFFFF" + "09" + "01000000" + "27010000000000000141")] // a message beyond all limits
    public async Task A_publisher_that_breaks_the_protocol_is_closed_counted_and_leaves_nothing_behind(string bytes)
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        using RtmpClient client = await rig.PublishAsync("show");

        await client.SendAsync(Wire.Hex(bytes));

        await client.ClosedAsync();
        Assert.Empty(rig.Hub.Topics);
        Assert.Equal(1, Enum.GetValues<CloseReason>().Sum(rig.Counters.ProtocolFaults));
    }

    [Fact]
    public async Task A_publisher_that_breaks_the_protocol_leaves_no_slab_behind()
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        using RtmpClient client = await rig.PublishAsync("show");

        await client.SendAsync(new byte[] { 0x47 }); // a header that refers to one that never was
        await client.ClosedAsync();

        Assert.Equal(1, rig.Counters.ProtocolFaults(CloseReason.ChunkWithoutHeader));
        Assert.Equal(0, rig.Slabs.Outstanding);
    }

    [Fact]
    public async Task A_player_that_stopped_and_asks_for_nothing_more_is_closed_in_time()
    {
        var player = new Player();
        await using IngestRig rig = await IngestRig.StartAsync();
        rig.Play = session =>
        {
            session.AcceptPlay();
            return player;
        };
        using RtmpClient client = await rig.ConnectAsync();
        await client.OpenAsync("show", RtmpClientRole.Play);
        rig.Time.Advance(rig.Options.ConnectTimeout); // it plays: that is no silence
        await IngestRig.UntilAsync(() => rig.Time.ArmedTimers == 1);
        Assert.Equal(1, rig.Counters.Connections);

        await client.StopAsync();
        await player.Ended.WaitAsync(IngestRig.Limit);
        rig.Time.Advance(rig.Options.ConnectTimeout);

        await client.ClosedAsync();
    }

    [Fact]
    public async Task A_second_publisher_of_a_name_is_refused_and_the_first_goes_on()
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        using RtmpClient first = await rig.PublishAsync("show");

        Assert.Contains("BadName", await rig.RefusalAsync("show"), StringComparison.Ordinal);

        Assert.Single(rig.Hub.Topics);
        Assert.Equal(1, rig.Counters.Refused(RefusalReason.NameInUse));
    }

    [Theory]
    [InlineData("../etc")]
    [InlineData(".hidden")]
    [InlineData("a%2Fb")]
    public async Task A_name_that_is_none_is_refused_with_a_status(string name)
    {
        await using IngestRig rig = await IngestRig.StartAsync();

        Assert.Contains("Rejected", await rig.RefusalAsync(name), StringComparison.Ordinal);

        Assert.Empty(rig.Hub.Topics);
        Assert.Equal(1, rig.Counters.Refused(RefusalReason.InvalidName));
    }

    [Theory]
    [InlineData("show:secret")]
    [InlineData("show%3Fkey=secret")]
    [InlineData("show&key=secret")]
    public async Task What_is_refused_is_logged_as_far_as_it_is_a_name(string name)
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        await rig.RefusalAsync(name);
        await rig.RefusalAsync(new string('a', 9000));

        string[] lines = [.. rig.Log.Lines.Where(line => line.Contains("may not publish", StringComparison.Ordinal))];
        Assert.Equal(2, lines.Length);
        Assert.Contains("live/show…", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("secret", lines[0], StringComparison.Ordinal); // who mistypes a name may have put the key into it
        Assert.InRange(lines[1].Length, 1, 500); // thousands of lines wait for a slow terminal: none may be long
    }

    [Fact]
    public async Task A_connection_that_cannot_be_set_up_costs_itself_alone()
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        rig.Unlucky.FailAfter(0);
        await rig.ConnectAndBeClosedAsync();

        using RtmpClient next = await rig.PublishAsync("show");

        Assert.Equal(RtmpSessionState.Publishing, next.Session.State);
        Assert.Equal(1, rig.Counters.Connections);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_at_once()
    {
        await using IngestRig rig = await IngestRig.StartAsync(options => options.MaxConnections = 4);
        var open = new List<RtmpClient>();
        for (int i = 0; i < rig.Options.MaxConnections; i++)
        {
            open.Add(await rig.ConnectAsync());
        }

        await rig.AcceptedAsync(rig.Options.MaxConnections);
        await rig.ConnectAndBeClosedAsync();

        Assert.Equal(1, rig.Counters.Refused(RefusalReason.TooManyConnections));
        open.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task A_port_in_use_is_named_with_its_option()
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        using RtmpEndpoint other = rig.CreateEndpoint(new IngestOptions { Port = rig.Endpoint.Port });

        IOException fault = await Assert.ThrowsAsync<IOException>(() => other.StartAsync(CancellationToken.None));

        Assert.Contains($"port {rig.Endpoint.Port} (Ingest:Port)", fault.Message, StringComparison.Ordinal);
    }

    private sealed class Player : IDisposable
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public void Dispose() => _ended.TrySetResult();
    }
}

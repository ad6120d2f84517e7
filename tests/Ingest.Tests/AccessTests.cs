using System.Net;
using MediaServer.Hub;
using MediaServer.Ingest.Tests.Support;
using MediaServer.Rtmp;

namespace MediaServer.Ingest.Tests;

public sealed class AccessTests
{
    [Theory]
    [InlineData("live", "show?key=open-sesame")]
    [InlineData("live?key=open-sesame", "show")]
    [InlineData("live?key=open-sesame", "show?other=1")]
    public async Task The_key_is_found_wherever_encoders_put_it_and_never_logged(string app, string name)
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        using RtmpClient client = await rig.ConnectAsync();

        await client.OpenAsync(name, RtmpClientRole.Publish, app);

        AccessRequest request = Assert.Single(rig.Authorizer.Requests);
        Assert.Equal(AccessAction.Publish, request.Action);
        Assert.Equal(IngestRig.KeyOf("live/show"), request.Stream);
        Assert.True(IPAddress.IsLoopback(request.Address));
        Assert.Equal("open-sesame", request.Key);
        Assert.DoesNotContain("sesame", request.ToString(), StringComparison.Ordinal);
        Assert.All(rig.Log.Lines, line => Assert.DoesNotContain("sesame", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(RtmpClientRole.Publish, "NetStream.Publish.Denied")]
    [InlineData(RtmpClientRole.Play, "NetStream.Play.Failed")]
    public async Task Who_may_not_is_refused_before_anything_starts(RtmpClientRole role, string code)
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        rig.Authorizer.Decide = (_, _) => new(AccessDecision.Deny("no such key"));
        rig.Play = _ => throw new InvalidOperationException("may not play");
        using RtmpClient client = await rig.ConnectAsync();

        RtmpProtocolException refused = await Assert.ThrowsAsync<RtmpProtocolException>(() => client.OpenAsync("show", role));

        Assert.Contains(code, refused.Message, StringComparison.Ordinal);
        Assert.Empty(rig.Hub.Topics);
        Assert.Equal(1, rig.Counters.Refused(RefusalReason.AccessDenied));
        Assert.Contains(rig.Log.Lines, line => line.Contains("no such key", StringComparison.Ordinal));
        await client.ClosedAsync();
    }

    [Fact]
    public async Task While_one_waits_for_the_decision_others_on_the_loop_go_on()
    {
        var decision = new TaskCompletionSource<AccessDecision>();
        await using IngestRig rig = await IngestRig.StartAsync();
        rig.Authorizer.Decide = (request, _) =>
            request.Stream == IngestRig.KeyOf("live/slow") ? new(decision.Task) : new(AccessDecision.Allow());
        Task<RtmpClient> waiting = rig.PublishAsync("slow");
        await IngestRig.UntilAsync(() => rig.Authorizer.Requests.Count == 1);

        using RtmpClient other = await rig.PublishAsync("quick");
        Assert.False(waiting.IsCompleted);
        Assert.Single(rig.Hub.Topics);

        decision.SetResult(AccessDecision.Allow());
        using RtmpClient slow = await waiting;
        Assert.Equal(2, rig.Hub.Topics.Count);
    }

    [Fact]
    public async Task Who_leaves_before_the_decision_publishes_nothing_and_nobody_decides_on()
    {
        var cancelled = new TaskCompletionSource();
        await using IngestRig rig = await IngestRig.StartAsync();
        rig.Authorizer.Decide = async (_, gone) =>
        {
            await Task.Delay(Timeout.Infinite, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancelled.SetResult();
            return AccessDecision.Allow();
        };
        Task<RtmpClient> publishing = rig.PublishAsync("show");
        await IngestRig.UntilAsync(() => rig.Authorizer.Requests.Count == 1);
        rig.Time.Advance(rig.Options.ConnectTimeout);

        await cancelled.Task.WaitAsync(IngestRig.Limit);
        await IngestRig.UntilAsync(() => rig.Counters.Connections == 0);

        Assert.Empty(rig.Hub.Topics);
        await Assert.ThrowsAnyAsync<Exception>(() => publishing);
    }

    [Fact]
    public async Task When_nobody_can_decide_the_answer_is_no()
    {
        await using IngestRig rig = await IngestRig.StartAsync();
        rig.Authorizer.Decide = (_, _) => throw new InvalidOperationException("database gone");

        Assert.Contains("Denied", await rig.RefusalAsync("show"), StringComparison.Ordinal);
        Assert.Empty(rig.Hub.Topics);
    }
}

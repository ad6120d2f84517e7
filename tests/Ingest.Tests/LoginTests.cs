using System.Net;
using MediaServer.Hub;
using MediaServer.Ingest.Tests.Support;
using MediaServer.Rtmp;

namespace MediaServer.Ingest.Tests;

public sealed class LoginTests
{
    [Fact]
    public async Task Nobody_is_asked_unless_it_is_wanted()
    {
        await using IngestRig rig = await IngestRig.StartAsync(); // its login throws

        using RtmpClient client = await rig.PublishAsync("show");

        Assert.Null(Assert.Single(rig.Authorizer.Requests).LoginId);
    }

    [Theory]
    [InlineData(RtmpClientRole.Publish)]
    [InlineData(RtmpClientRole.Play)]
    public async Task Who_logged_in_asks_as_that_key_from_then_on(RtmpClientRole role)
    {
        (string Query, IPAddress Address)? asked = null;
        await using IngestRig rig = await IngestRig.StartAsync(options => options.AskForLogin = true);
        rig.Login = (query, address) =>
        {
            asked = (query, address);
            return LoginAnswer.Accept("abc234");
        };
        rig.Authorizer.Decide = (_, _) => new(AccessDecision.Deny("seen enough"));
        using RtmpClient client = await rig.ConnectAsync();

        await Assert.ThrowsAsync<RtmpProtocolException>(() => client.OpenAsync("show", role, "live?authmod=adobe&user=abc234&challenge=a&response=b/c=="));

        Assert.Equal("authmod=adobe&user=abc234&challenge=a&response=b/c==", asked!.Value.Query);
        Assert.True(IPAddress.IsLoopback(asked.Value.Address));
        AccessRequest request = Assert.Single(rig.Authorizer.Requests);
        Assert.Equal(("abc234", null, IngestRig.KeyOf("live/show")), (request.LoginId, request.Key, request.Stream));
    }

    [Fact]
    public async Task Who_publishes_with_a_login_goes_on_as_anybody_else()
    {
        await using IngestRig rig = await IngestRig.StartAsync(options => options.AskForLogin = true);
        rig.Login = (_, _) => LoginAnswer.Accept("abc234");

        using RtmpClient client = await rig.PublishAsync("show");

        Assert.Equal(IngestRig.KeyOf("live/show"), Assert.Single(rig.Hub.Topics).Key);
    }

    [Theory]
    [InlineData(null, 0)]                // a step of the dialogue is no refusal
    [InlineData("wrong password", 1)]
    public async Task Who_is_not_let_in_is_told_and_closed_and_a_failure_is_counted_and_logged_without_what_was_sent(string? fault, int expected)
    {
        await using IngestRig rig = await IngestRig.StartAsync(options => options.AskForLogin = true);
        rig.Login = (_, _) => fault is null ? LoginAnswer.Ask("again") : LoginAnswer.Refuse("never", fault);
        using RtmpClient client = await rig.ConnectAsync();

        RtmpProtocolException refused = await Assert.ThrowsAsync<RtmpProtocolException>(
            () => client.OpenAsync("show", RtmpClientRole.Publish, "live?authmod=adobe&user=sesame&response=sesame"));

        Assert.Contains("NetConnection.Connect.Rejected", refused.Message, StringComparison.Ordinal);
        await client.ClosedAsync();
        Assert.Empty(rig.Authorizer.Requests);
        Assert.Equal(expected, rig.Counters.Refused(RefusalReason.AccessDenied));
        Assert.Equal(expected, rig.Log.Lines.Count(line => line.EndsWith("could not log in: wrong password", StringComparison.Ordinal)));
        Assert.All(rig.Log.Lines, line => Assert.DoesNotContain("sesame", line, StringComparison.Ordinal));
    }
}

using MediaServer.Hub;

namespace MediaServer.Server.Tests.Access;

public sealed class KeyAuthorizerTests : IDisposable
{
    private const string Key = "a-key-of-sixteen-or-more";

    private readonly KeysInFolder _keys = new();

    public void Dispose() => _keys.Dispose();

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("192.0.2.7", false)]
    [InlineData("::ffff:192.0.2.7", false)]
    public void Only_this_machine_publishes_without_a_key(string address, bool expected) =>
        Assert.Equal(expected, _keys.Decide(AccessAction.Publish, "live/show", key: null, address).IsAllowed);

    [Fact]
    public void The_open_door_lets_everybody_publish()
    {
        _keys.Ingest.AllowRemotePublish = true;

        Assert.True(_keys.Decide(AccessAction.Publish, "live/show", key: null).IsAllowed);
    }

    [Theory]
    [InlineData("192.0.2.7")]
    [InlineData("127.0.0.1")] // a key that is wrong is found out where it is tried first
    public void A_wrong_key_opens_nothing(string address)
    {
        _keys.Add("*", "--key", Key);

        AccessDecision decision = _keys.Decide(AccessAction.Publish, "live/show", "another-key-of-sixteen", address);

        Assert.False(decision.IsAllowed);
        Assert.NotNull(decision.Reason);
        Assert.DoesNotContain("another", decision.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*", "live/show", true)]
    [InlineData("*", "tenant/live/show", true)]
    [InlineData("show", "live/show", true)]
    [InlineData("live/show", "live/show", true)]
    [InlineData("/live/show/", "live/show", true)]
    [InlineData("live/*", "live/show", true)]
    [InlineData("live/sh*w", "live/shw", true)]
    [InlineData("live/show", "live/shows", false)]
    [InlineData("live/show", "live/Show", false)]
    [InlineData("live/*", "other/show", false)]
    [InlineData("live.*/a", "liveX/a", false)]
    public void A_key_is_for_the_streams_of_its_pattern(string pattern, string stream, bool expected)
    {
        _keys.Add(pattern, "--key", Key);

        Assert.Equal(expected, _keys.Decide(AccessAction.Publish, stream, Key).IsAllowed);
    }

    [Fact]
    public void Two_requests_with_one_key_have_the_same_credential_and_it_is_not_the_key()
    {
        _keys.Add("*", "--key", Key);
        _keys.Add("live/*", "--key", "another-key-of-sixteen");

        string? first = _keys.Decide(AccessAction.Publish, "live/show", Key).Credential;

        Assert.NotNull(first);
        Assert.NotEqual(Key, first);
        Assert.Equal(first, _keys.Decide(AccessAction.Publish, "live/other", Key).Credential);
        Assert.NotEqual(first, _keys.Decide(AccessAction.Publish, "live/show", "another-key-of-sixteen").Credential);
    }

    [Fact]
    public void Who_logged_in_may_do_what_that_key_is_for_and_a_key_that_is_given_too_counts_instead()
    {
        _keys.Add("live/show", "--login");
        string publisher = _keys.Output.Split(' ')[1];
        _keys.Add("live/show", "--play", "--login");
        string player = _keys.Output.Split(' ')[1];

        Assert.Equal(publisher, _keys.Decide(AccessAction.Publish, "live/show", key: null, loginId: publisher).Credential);
        Assert.Equal(player, _keys.Decide(AccessAction.Play, "live/show", key: null, loginId: player).Credential);
        Assert.False(_keys.Decide(AccessAction.Publish, "live/other", key: null, loginId: publisher).IsAllowed);
        Assert.False(_keys.Decide(AccessAction.Publish, "live/show", key: null, loginId: player).IsAllowed);
        Assert.False(_keys.Decide(AccessAction.Play, "live/show", key: null, loginId: publisher).IsAllowed);
        Assert.True(_keys.Decide(AccessAction.Play, "live/other", key: null, loginId: publisher).IsAllowed);
        Assert.False(_keys.Decide(AccessAction.Publish, "live/show", "a-wrong-key", loginId: publisher).IsAllowed);
    }

    [Fact]
    public void Everybody_plays_what_no_play_key_is_made_for()
    {
        _keys.Add("live/closed", "--play", "--key", Key);

        Assert.True(_keys.Decide(AccessAction.Play, "live/open", key: null).IsAllowed);
        Assert.True(_keys.Decide(AccessAction.Play, "live/open", "whatever").IsAllowed);
        Assert.False(_keys.Decide(AccessAction.Play, "live/closed", key: null).IsAllowed);
        Assert.False(_keys.Decide(AccessAction.Play, "live/closed", key: null, "127.0.0.1").IsAllowed);
        Assert.False(_keys.Decide(AccessAction.Play, "live/closed", "whatever").IsAllowed);
        Assert.True(_keys.Decide(AccessAction.Play, "live/closed", Key).IsAllowed);
    }

    [Fact]
    public void A_key_to_play_is_none_to_publish_nor_the_other_way_round()
    {
        _keys.Add("live/show", "--play", "--key", Key);
        _keys.Add("live/show", "--key", "another-key-of-sixteen");

        Assert.False(_keys.Decide(AccessAction.Publish, "live/show", Key).IsAllowed);
        Assert.False(_keys.Decide(AccessAction.Play, "live/show", "another-key-of-sixteen").IsAllowed);
    }

    [Fact]
    public void After_ten_wrong_keys_an_address_waits_for_the_minute_to_end_and_others_do_not()
    {
        _keys.Add("*", "--key", Key);
        for (int i = 0; i < 10; i++)
        {
            _keys.Decide(AccessAction.Publish, "live/show", "wrong");
            _keys.Time.Advance(TimeSpan.FromSeconds(1));
        }

        AccessDecision heldOff = _keys.Decide(AccessAction.Publish, "live/show", Key);
        Assert.False(heldOff.IsAllowed);
        Assert.Contains("50 s", heldOff.Reason, StringComparison.Ordinal);
        Assert.True(_keys.Decide(AccessAction.Publish, "live/show", Key, "192.0.2.8").IsAllowed);

        _keys.Time.Advance(TimeSpan.FromSeconds(50));
        Assert.True(_keys.Decide(AccessAction.Publish, "live/show", Key).IsAllowed);
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff:2", true)] // one network, one owner
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("127.0.0.1", "127.0.0.1", false)] // a proxy here would make everybody wait
    public void An_address_is_held_off_as_a_network(string guilty, string asking, bool expected)
    {
        _keys.Add("*", "--key", Key);
        for (int i = 0; i < 10; i++)
        {
            _keys.Decide(AccessAction.Publish, "live/show", "wrong", guilty);
        }

        Assert.Equal(!expected, _keys.Decide(AccessAction.Publish, "live/show", Key, asking).IsAllowed);
    }
}

using MediaServer.Hub;
using MediaServer.Server.Api;
using MediaServer.Server.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace MediaServer.Server.Tests.Api;

public class SubscriberDescriptionTests
{
    private readonly LiveHub _live = new();

    [Fact]
    public void A_subscriber_says_who_it_is_how_far_it_lags_and_what_became_of_its_frames()
    {
        Publication publication = _live.Publish("live/a");
        using Subscription subscription = LiveHub.Subscribe(publication, "rtmp", "c-1", "192.0.2.1:5000");
        _live.SendGroups(publication, 1);
        _live.ReadAll(subscription);
        _live.SendGroups(publication, 2);
        _live.Time.Advance(TimeSpan.FromMilliseconds(15));
        _live.ReadAll(subscription);
        subscription.CountSends(3, 900);
        _live.SendGroups(publication, 1);
        Assert.True(subscription.TryRead(out Media.MediaFrame? taken));

        SubscriberAnswer answer = Assert.Single(SubscriberDescription.Describe(publication.Topic, new SubscriberPage(0, 10, false)).Subscribers);
        taken.Release();

        Assert.Equal(("c-1", "rtmp", "192.0.2.1:5000"), (answer.Id, answer.Kind, answer.Peer));
        Assert.Equal(("normal", "live"), (answer.State, answer.Policy));
        Assert.Equal(publication.Topic.StartedAt, answer.Since);
        Assert.Equal((2, 1), (answer.Lag.Frames, answer.InFlight));
        Assert.Equal(new CountsAnswer(3, 6, 0), answer.Delivery.Delivered);
        Assert.Empty(answer.Delivery.Dropped);
        Assert.Equal((3, 900), (answer.Delivery.SendCalls, answer.Delivery.SentBytes));
        Assert.Equal(6, answer.Delivery.Latency.Count);
        Assert.Equal(0.015, answer.Delivery.Latency.MeanSeconds!.Value, 6);
        Assert.InRange(answer.Delivery.Latency.P99Seconds!.Value, 0.01, 0.02);
    }

    [Fact]
    public void Pages_together_show_everybody_once()
    {
        Publication publication = _live.Publish("live/a");
        Subscription[] all = [.. Enumerable.Range(0, 25).Select(i => Join(publication, $"c-{i:00}"))];

        string[] shown = [.. Enumerable.Range(0, 3).SelectMany(page => Names(publication, $"?limit=10&offset={page * 10}"))];

        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"c-{i:00}"), shown);
        Assert.Equal(25, Describe(publication, "?limit=1").Total);
        Array.ForEach(all, subscription => subscription.Dispose());
    }

    [Fact]
    public void Who_lags_most_comes_first_when_asked_for()
    {
        Publication publication = _live.Publish("live/a");
        using Subscription quick = Join(publication, "quick");
        using Subscription slow = Join(publication, "slow");
        _live.SendGroups(publication, 2);
        _live.ReadAll(quick);

        Assert.Equal(["slow", "quick"], Names(publication, "?order=fill"));
        Assert.Equal(["quick", "slow"], Names(publication, "?order=since"));
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=1001")]
    [InlineData("?limit=ten")]
    [InlineData("?limit=-1")]
    [InlineData("?limit=")]
    [InlineData("?offset=-1")]
    [InlineData("?offset=99999999999")]
    [InlineData("?order=size")]
    public void A_query_that_makes_no_sense_is_refused_with_the_reason(string query)
    {
        Assert.False(SubscriberPage.TryParse(Parse(query), out _, out string? fault));
        Assert.Contains(query[1..query.IndexOf('=', StringComparison.Ordinal)], fault, StringComparison.Ordinal);
    }

    private static SubscribersAnswer Describe(Publication publication, string query)
    {
        Assert.True(SubscriberPage.TryParse(Parse(query), out SubscriberPage? page, out _));
        return SubscriberDescription.Describe(publication.Topic, page);
    }

    private static string[] Names(Publication publication, string query) =>
        [.. Describe(publication, query).Subscribers.Select(subscriber => subscriber.Id!)];

    private static QueryCollection Parse(string query) =>
        new(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(query).ToDictionary(pair => pair.Key, pair => new StringValues(pair.Value.ToArray())));

    private Subscription Join(Publication publication, string name)
    {
        _live.Time.Advance(TimeSpan.FromMilliseconds(1));
        return LiveHub.Subscribe(publication, name: name);
    }
}

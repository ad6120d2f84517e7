using MediaServer.Hub;
using MediaServer.Server.Metrics;

namespace MediaServer.Server.Api;

/// <summary>Puts what is known about a stream's subscribers into the API's words.</summary>
internal static class SubscriberDescription
{
    /// <summary>Those of the subscribers that are on one page of the list.</summary>
    public static SubscribersAnswer Describe(StreamTopic topic, SubscriberPage page)
    {
        IReadOnlyList<SubscriberStatistics> all = topic.GetSubscribers();
        IOrderedEnumerable<SubscriberStatistics> ordered = page.FullestFirst
            ? all.OrderByDescending(subscriber => subscriber.Fill).ThenBy(subscriber => subscriber.Since)
            : all.OrderBy(subscriber => subscriber.Since);
        return new SubscribersAnswer(
            all.Count,
            page.Offset,
            page.Limit,
            [.. ordered.ThenBy(subscriber => subscriber.Name, StringComparer.Ordinal).Skip(page.Offset).Take(page.Limit).Select(Describe)]);
    }

    private static SubscriberAnswer Describe(SubscriberStatistics subscriber) => new(
        subscriber.Name,
        subscriber.Kind,
        subscriber.Peer,
        subscriber.Since,
        LabelWord.Of(subscriber.State),
        LabelWord.Of(subscriber.Policy).Replace('_', '-'), // as it is written in an address
        subscriber.Fill,
        DeliveryDescription.Describe(subscriber.Lag),
        subscriber.InFlight,
        DeliveryDescription.Describe(subscriber.Delivery));
}

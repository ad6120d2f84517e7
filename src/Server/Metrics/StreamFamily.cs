using MediaServer.Hub;
using MediaServer.Media;

namespace MediaServer.Server.Metrics;

/// <summary>A family of series that every named stream is in: how it is called, and how the part of one stream is written.</summary>
/// <param name="Name">The name as Prometheus knows it.</param>
/// <param name="Type">The type in Prometheus' words.</param>
/// <param name="Help">What it means.</param>
/// <param name="Write">Writes the series of one stream; the text is its label.</param>
internal sealed record StreamFamily(string Name, string Type, string Help, Action<PrometheusWriter, string, StreamSnapshot> Write)
{
    private static readonly MediaKind[] Kinds = Enum.GetValues<MediaKind>();
    private static readonly string[] KindLabels = PrometheusLabel.OfAll<MediaKind>("kind");
    private static readonly SubscriptionState[] States = Enum.GetValues<SubscriptionState>();
    private static readonly string[] StateLabels = PrometheusLabel.OfAll<SubscriptionState>("state");
    private static readonly DropReason[] Reasons = Enum.GetValues<DropReason>();
    private static readonly string[] DropLabels =
        [.. PrometheusLabel.OfAll<DropReason>("reason").SelectMany(reason => KindLabels.Select(kind => $"{reason},{kind}"))];

    private static readonly string MaxLabel = PrometheusLabel.Of("stat", "max");
    private static readonly string MeanLabel = PrometheusLabel.Of("stat", "mean");

    /// <summary>A number that only grows.</summary>
    public static StreamFamily Counter(string name, string help, Func<StreamSnapshot, long> value) =>
        new(name, "counter", help, (output, label, stream) => output.WriteSeries(label, "", value(stream)));

    /// <summary>A number that only grows, by kind of frame.</summary>
    public static StreamFamily CounterByKind(string name, string help, Func<StreamSnapshot, KindCounts> value) =>
        new(name, "counter", help, (output, label, stream) =>
        {
            KindCounts counts = value(stream);
            foreach (MediaKind kind in Kinds)
            {
                output.WriteSeries(label, KindLabels[(int)kind], counts[kind]);
            }
        });

    /// <summary>Drops by reason and kind of frame. Those that never were are left out: they are many, and most streams have none.</summary>
    public static StreamFamily Drops(string name, string help) =>
        new(name, "counter", help, (output, label, stream) =>
        {
            foreach (DropReason reason in Reasons)
            {
                KindCounts counts = stream.Delivery.GetDropped(reason);
                foreach (MediaKind kind in Kinds.Where(kind => counts[kind] > 0))
                {
                    output.WriteSeries(label, DropLabels[((int)reason * Kinds.Length) + (int)kind], counts[kind]);
                }
            }
        });

    /// <summary>A number for each state of a subscriber.</summary>
    public static StreamFamily ByState(string name, string type, string help, Func<StreamSnapshot, SubscriptionState, long> value) =>
        new(name, type, help, (output, label, stream) =>
        {
            foreach (SubscriptionState state in States)
            {
                output.WriteSeries(label, StateLabels[(int)state], value(stream, state));
            }
        });

    /// <summary>Subscribers by what they are.</summary>
    public static StreamFamily Subscribers(string name, string help) =>
        new(name, "gauge", help, (output, label, stream) =>
        {
            foreach ((string kind, int count) in stream.Statistics.Subscribers)
            {
                output.WriteSeries(label, PrometheusLabel.Of("kind", kind), count);
            }
        });

    /// <summary>What is measured at each subscriber: the largest, and the mean.</summary>
    public static StreamFamily Spread(string name, string help, Func<StreamSnapshot, MaxAndMean> value) =>
        new(name, "gauge", help, (output, label, stream) =>
        {
            MaxAndMean spread = value(stream);
            output.WriteSeries(label, MaxLabel, spread.Max);
            output.WriteSeries(label, MeanLabel, spread.Mean);
        });

    /// <summary>How long something took.</summary>
    public static StreamFamily Histogram(string name, string help, Func<StreamSnapshot, DurationHistogram> value) =>
        new(name, "histogram", help, (output, label, stream) => output.WriteHistogram(label, value(stream)));
}

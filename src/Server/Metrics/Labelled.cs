using System.Diagnostics.Metrics;
using MediaServer.Hub;
using MediaServer.Media;

namespace MediaServer.Server.Metrics;

/// <summary>Measurements with a label.</summary>
internal static class Labelled
{
    /// <summary>One of them.</summary>
    public static Measurement<T> By<T>(T value, string label, string labelValue)
        where T : struct => new(value, new KeyValuePair<string, object?>(label, labelValue));

    /// <summary>One for each value of an enumeration.</summary>
    public static IEnumerable<Measurement<long>> ByEach<T>(string label, Func<T, long> measure)
        where T : struct, Enum => Enum.GetValues<T>().Select(value => By(measure(value), label, LabelWord.Of(value)));

    /// <summary>One for each kind of frame.</summary>
    public static IEnumerable<Measurement<long>> ByKind(KindCounts counts) => ByEach<MediaKind>("kind", kind => counts[kind]);

    /// <summary>The largest of many numbers, and their mean.</summary>
    public static IEnumerable<Measurement<double>> MaxAndMean(MaxAndMean values) => [By(values.Max, "stat", "max"), By(values.Mean, "stat", "mean")];
}

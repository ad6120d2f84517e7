using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MediaServer.Playback;

/// <summary>
/// How long frames may wait for others before they go out together: the call to the kernel is the cost, not the byte. Written
/// <c>adaptive</c>, or as a time from 0 to 5 s such as <c>0</c>, <c>350ms</c>, <c>0.5s</c> or <c>00:00:00.350</c>.
/// </summary>
[TypeConverter(typeof(Converter))]
public readonly record struct FlushInterval
{
    private const double IdleLoad = 0.4;
    private const double FullLoad = 0.9;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestAdaptive = TimeSpan.FromMilliseconds(70);
    private static readonly TimeSpan AudioWait = TimeSpan.FromMilliseconds(40);

    private readonly TimeSpan? _fixed;

    private FlushInterval(TimeSpan? interval) => _fixed = interval;

    /// <summary>
    /// Video goes out at once while its loop has time, and waits up to 70 ms as the loop gets busy; audio waits for the next video frame, 40 ms
    /// at most.
    /// </summary>
    public static FlushInterval Adaptive => default;

    /// <summary>Reads an interval as it is written in options.</summary>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out FlushInterval interval)
    {
        interval = Adaptive;
        text = text?.Trim() ?? "";
        if (text.Equals("adaptive", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (!TimeText.TryParse(text, out TimeSpan time) || time < TimeSpan.Zero || time > Longest)
        {
            return false;
        }

        interval = new FlushInterval(time);
        return true;
    }

    /// <summary>The longest that anything may wait.</summary>
    public TimeSpan LongestWait => _fixed ?? LongestAdaptive;

    /// <summary>How long what is new may wait.</summary>
    /// <param name="load">Share of its time that the loop is at work, 0 to 1.</param>
    /// <param name="isAudioOnly">Whether it is audio alone, of a stream that has video.</param>
    public TimeSpan GetWait(double load, bool isAudioOnly)
    {
        if (_fixed is { } interval)
        {
            return interval;
        }

        TimeSpan wait = LongestAdaptive * Math.Clamp((load - IdleLoad) / (FullLoad - IdleLoad), 0, 1);
        return isAudioOnly && wait < AudioWait ? AudioWait : wait;
    }

    /// <summary>As it is written in options.</summary>
    public override string ToString() => _fixed is { } interval
        ? string.Create(CultureInfo.InvariantCulture, $"{interval.TotalMilliseconds}ms")
        : "adaptive";

    private sealed class Converter : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
            TryParse(value as string, out FlushInterval interval) ? interval : throw new FormatException($"'{value}' is no flush interval.");
    }
}

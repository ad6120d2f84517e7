using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MediaServer.Hub;

namespace MediaServer.Playback;

/// <summary>
/// What becomes of a player that does not keep up: a <see cref="SlowPolicy"/>, but for <see cref="SlowPolicy.Block"/>, because a viewer may
/// not hold the log. Written <c>live</c>, <c>drop-oldest</c>, <c>drop-newest</c>, <c>sample</c> or <c>disconnect</c>.
/// </summary>
[TypeConverter(typeof(Converter))]
public readonly record struct PlayerPolicy
{
    /// <summary>Every word there is, for messages.</summary>
    public const string Words = "live, drop-oldest, drop-newest, sample or disconnect";

    private PlayerPolicy(SlowPolicy policy) => Value = policy;

    /// <summary>The policy; <see cref="SlowPolicy.Live"/> by default.</summary>
    public SlowPolicy Value { get; }

    /// <summary>Reads a policy as it is written in options and addresses.</summary>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out PlayerPolicy policy)
    {
        SlowPolicy? value = text?.Trim().ToUpperInvariant() switch
        {
            "LIVE" => SlowPolicy.Live,
            "DROP-OLDEST" => SlowPolicy.DropOldest,
            "DROP-NEWEST" => SlowPolicy.DropNewest,
            "SAMPLE" => SlowPolicy.Sample,
            "DISCONNECT" => SlowPolicy.Disconnect,
            _ => null,
        };
        policy = new PlayerPolicy(value.GetValueOrDefault());
        return value is not null;
    }

    /// <summary>As it is written in options.</summary>
    public override string ToString() => Value switch
    {
        SlowPolicy.DropOldest => "drop-oldest",
        SlowPolicy.DropNewest => "drop-newest",
        SlowPolicy.Sample => "sample",
        SlowPolicy.Disconnect => "disconnect",
        _ => "live",
    };

    private sealed class Converter : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
            TryParse(value as string, out PlayerPolicy policy) ? policy : throw new FormatException($"'{value}' is not {Words}.");
    }
}

using System.Collections.Immutable;

namespace MediaServer.Rtmp;

/// <summary>An immutable AMF0 value. The default is <see cref="AmfKind.Undefined"/>.</summary>
/// <remarks><see cref="ToString"/> never shows strings: they may be stream keys.</remarks>
public readonly struct AmfValue
{
    private readonly double _number;
    private readonly object? _reference; // string, AmfProperty[] or AmfValue[]

    private AmfValue(AmfKind kind, double number, object? reference)
    {
        Kind = kind;
        _number = number;
        _reference = reference;
    }

    /// <summary>Null.</summary>
    public static AmfValue Null { get; } = new(AmfKind.Null, 0, null);

    /// <summary>What it is.</summary>
    public AmfKind Kind { get; }

    /// <summary>The number, or milliseconds of a date; NaN when it is neither.</summary>
    public double Number => Kind is AmfKind.Number or AmfKind.Date ? _number : double.NaN;

    /// <summary>Whether it is the boolean true.</summary>
    public bool IsTrue => Kind == AmfKind.Boolean && _number != 0;

    /// <summary>The text; <see langword="null"/> when it is not text.</summary>
    public string? Text => _reference as string;

    /// <summary>The properties of an object or associative array, in order; empty when it is neither.</summary>
    public ImmutableArray<AmfProperty> Properties => _reference is AmfProperty[] properties ? AsImmutable(properties) : [];

    /// <summary>The values of a strict array; empty when it is none.</summary>
    public ImmutableArray<AmfValue> Items => _reference is AmfValue[] items ? AsImmutable(items) : [];

    /// <summary>The first property of this name, ignoring case as clients do; undefined when there is none.</summary>
    public AmfValue this[string name]
    {
        get
        {
            foreach (AmfProperty property in Properties)
            {
                if (string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase))
                {
                    return property.Value;
                }
            }

            return default;
        }
    }

    /// <summary>A number.</summary>
    public static implicit operator AmfValue(double value) => FromNumber(value);

    /// <summary>A text.</summary>
    public static implicit operator AmfValue(string value) => FromText(value);

    /// <summary>True or false.</summary>
    public static implicit operator AmfValue(bool value) => FromBoolean(value);

    /// <summary>A number.</summary>
    public static AmfValue FromNumber(double value) => new(AmfKind.Number, value, null);

    /// <summary>A text.</summary>
    public static AmfValue FromText(string value) => new(AmfKind.Text, 0, value);

    /// <summary>True or false.</summary>
    public static AmfValue FromBoolean(bool value) => new(AmfKind.Boolean, value ? 1 : 0, null);

    /// <summary>A date, in milliseconds since 1970, UTC.</summary>
    public static AmfValue FromDate(double milliseconds) => new(AmfKind.Date, milliseconds, null);

    /// <summary>An object.</summary>
    public static AmfValue FromObject(params ReadOnlySpan<AmfProperty> properties) => new(AmfKind.Structure, 0, properties.ToArray());

    /// <summary>An associative array.</summary>
    public static AmfValue FromEcmaArray(params ReadOnlySpan<AmfProperty> properties) => new(AmfKind.EcmaArray, 0, properties.ToArray());

    /// <summary>A strict array.</summary>
    public static AmfValue FromArray(params ReadOnlySpan<AmfValue> items) => new(AmfKind.StrictArray, 0, items.ToArray());

    /// <summary>The kind; numbers, booleans and sizes are shown, texts are not.</summary>
    public override string ToString() => Kind switch
    {
        AmfKind.Number or AmfKind.Date => _number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        AmfKind.Boolean => IsTrue ? "true" : "false",
        AmfKind.Structure or AmfKind.EcmaArray => $"{Kind}({Properties.Length})",
        AmfKind.StrictArray => $"{Kind}({Items.Length})",
        _ => Kind.ToString(),
    };

    private static ImmutableArray<T> AsImmutable<T>(T[] array) => System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(array);
}

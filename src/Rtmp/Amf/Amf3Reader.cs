using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace MediaServer.Rtmp;

/// <summary>
/// Reads one AMF3 value where AMF0 switches to it (AMF0 §3.1): clients with <c>objectEncoding</c> 3 wrap some of their values so.
/// </summary>
/// <remarks>
/// What Flash says in commands and metadata is read into the values that AMF0 has. References to texts and class layouts are followed, for
/// every client makes them; references to objects, byte arrays, vectors, dictionaries and objects that lay themselves out are faults: none
/// belongs into a command, and references to objects could make cycles, or few bytes very much.
/// </remarks>
/// <param name="bytes">From the value's marker on.</param>
/// <param name="depth">How deep the value stands in others.</param>
/// <param name="values">Values that were read before it: the limit is for all together.</param>
internal ref struct Amf3Reader(ReadOnlySpan<byte> bytes, int depth, int values)
{
    private const int MaxReferredChars = 64 * 1024; // of all texts that are there once and referred to again: no more than a command may have

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private List<string>? _texts; // in the order in which they came, for references
    private List<Amf3Traits>? _traits;
    private int _referredChars;

    /// <summary>Bytes read so far.</summary>
    public int Consumed { get; private set; }

    /// <summary>Values read so far, those before it included.</summary>
    public int Values { get; private set; } = values;

    private readonly ReadOnlySpan<byte> Rest => _bytes[Consumed..];

    /// <summary>Reads the value.</summary>
    /// <returns>Whether there was a whole and well-formed one.</returns>
    public bool TryRead(out AmfValue value) => TryRead(out value, depth);

    private bool TryRead(out AmfValue value, int depth)
    {
        value = default;
        if (++Values > Amf0Reader.MaxValues || depth > Amf0Reader.MaxDepth || !TryTake(1, out ReadOnlySpan<byte> marker))
        {
            return false;
        }

        switch ((Amf3Marker)marker[0])
        {
            case Amf3Marker.Undefined:
                return true;
            case Amf3Marker.Null:
                value = AmfValue.Null;
                return true;
            case Amf3Marker.False or Amf3Marker.True:
                value = AmfValue.FromBoolean((Amf3Marker)marker[0] == Amf3Marker.True);
                return true;
            case Amf3Marker.Integer when TryReadUInt29(out int integer):
                value = AmfValue.FromNumber(integer << 3 >> 3); // the 29th bit is the sign
                return true;
            case Amf3Marker.Double when TryTake(sizeof(double), out ReadOnlySpan<byte> number):
                value = AmfValue.FromNumber(BinaryPrimitives.ReadDoubleBigEndian(number));
                return true;
            case Amf3Marker.Text when TryReadText(Amf0Reader.MaxTextBytes, out string text):
                value = AmfValue.FromText(text);
                return true;
            case Amf3Marker.XmlDocument or Amf3Marker.Xml when TryReadInline(out int length) && TryReadBytes(length, out string xml):
                value = AmfValue.FromText(xml);
                return true;
            case Amf3Marker.Date when TryReadInline(out _) && TryTake(sizeof(double), out ReadOnlySpan<byte> date):
                value = AmfValue.FromDate(BinaryPrimitives.ReadDoubleBigEndian(date));
                return true;
            case Amf3Marker.Array when TryReadInline(out int count):
                return TryReadArray(count, depth, out value);
            case Amf3Marker.Structure when TryReadInline(out int layout):
                return TryReadObject(layout, depth, out value);
            default:
                return false;
        }
    }

    // Named values up to an empty name, then as many without; those with both become named ones, as in Flash.
    private bool TryReadArray(int count, int depth, out AmfValue value)
    {
        value = default;
        var properties = new List<AmfProperty>();
        if (!TryReadProperties(properties, depth) || count > Amf0Reader.MaxValues - Values || count > Rest.Length)
        {
            return false;
        }

        var items = new List<AmfValue>(); // grows with what is there, not with what is announced
        while (items.Count < count)
        {
            if (!TryRead(out AmfValue item, depth + 1))
            {
                return false;
            }

            items.Add(item);
        }

        if (properties.Count > 0)
        {
            properties.AddRange(items.Select((item, i) => new AmfProperty(i.ToString(CultureInfo.InvariantCulture), item)));
        }

        value = properties.Count > 0 ? AmfValue.FromEcmaArray([.. properties]) : AmfValue.FromArray([.. items]);
        return true;
    }

    private bool TryReadObject(int layout, int depth, out AmfValue value)
    {
        value = default;
        if (!TryReadTraits(layout, out Amf3Traits? traits))
        {
            return false;
        }

        var properties = new List<AmfProperty>();
        foreach (string name in traits.Names)
        {
            if (!TryRead(out AmfValue property, depth + 1))
            {
                return false;
            }

            properties.Add(new AmfProperty(name, property));
        }

        if (traits.IsDynamic && !TryReadProperties(properties, depth))
        {
            return false;
        }

        value = AmfValue.FromObject([.. properties]);
        return true;
    }

    private bool TryReadTraits(int layout, [NotNullWhen(true)] out Amf3Traits? traits)
    {
        bool isInline = (layout & 1) != 0;
        bool isExternalizable = (layout & 2) != 0;
        traits = null;
        if (!isInline)
        {
            int index = layout >> 1;
            traits = index < _traits?.Count ? _traits[index] : null;
            return traits is not null;
        }

        int count = layout >> 3;
        if (isExternalizable || !TryReadName(out _) || count > Rest.Length || count > Amf0Reader.MaxValues)
        {
            return false;
        }

        string[] names = new string[count];
        for (int i = 0; i < names.Length; i++)
        {
            if (!TryReadName(out names[i]))
            {
                return false;
            }
        }

        traits = new Amf3Traits(names, IsDynamic: (layout & 4) != 0);
        (_traits ??= []).Add(traits);
        return true;
    }

    private bool TryReadProperties(List<AmfProperty> properties, int depth)
    {
        while (TryReadName(out string name))
        {
            if (name.Length == 0)
            {
                return true;
            }

            if (!TryRead(out AmfValue property, depth + 1))
            {
                return false;
            }

            properties.Add(new AmfProperty(name, property));
        }

        return false;
    }

    private bool TryReadName(out string name) => TryReadText(Amf0Reader.MaxNameBytes, out name);

    private bool TryReadText(int maxBytes, out string text)
    {
        text = "";
        if (!TryReadUInt29(out int field))
        {
            return false;
        }

        int length = field >> 1;
        if ((field & 1) == 0)
        {
            bool isThere = length < _texts?.Count;
            text = isThere ? _texts![length] : "";
            _referredChars += text.Length;
            return isThere && _referredChars <= MaxReferredChars;
        }

        if (length == 0)
        {
            return true; // never referred to
        }

        if (length > maxBytes || !TryReadBytes(length, out text))
        {
            return false;
        }

        (_texts ??= []).Add(text);
        return true;
    }

    private bool TryReadBytes(int length, out string text)
    {
        text = "";
        if (length > Amf0Reader.MaxTextBytes || !TryTake(length, out ReadOnlySpan<byte> bytes))
        {
            return false;
        }

        text = Encoding.UTF8.GetString(bytes);
        return true;
    }

    // A number whose lowest bit says that the value follows, and is no reference to an earlier one.
    private bool TryReadInline(out int rest)
    {
        bool isInline = TryReadUInt29(out int field) && (field & 1) != 0;
        rest = field >> 1;
        return isInline;
    }

    // Seven bits in each of three bytes, then eight (§1.3.1).
    private bool TryReadUInt29(out int number)
    {
        number = 0;
        for (int i = 0; i < 3; i++)
        {
            if (!TryTake(1, out ReadOnlySpan<byte> next))
            {
                return false;
            }

            number = (number << 7) | (next[0] & 0x7F);
            if (next[0] < 0x80)
            {
                return true;
            }
        }

        bool isThere = TryTake(1, out ReadOnlySpan<byte> last);
        number = isThere ? (number << 8) | last[0] : 0;
        return isThere;
    }

    private bool TryTake(int length, out ReadOnlySpan<byte> taken)
    {
        bool isThere = Rest.Length >= length;
        taken = isThere ? Rest[..length] : default;
        Consumed += taken.Length;
        return isThere;
    }
}

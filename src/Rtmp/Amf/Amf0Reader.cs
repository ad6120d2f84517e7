using System.Buffers.Binary;
using System.Text;

namespace MediaServer.Rtmp;

/// <summary>Reads AMF0 values one after the other. Whatever the bytes say, depth, number and size of what comes out are bounded.</summary>
/// <remarks>
/// A value in AMF3 is read where it stands, into what AMF0 has for it (<see cref="Amf3Reader"/>). References and reserved types are faults: no
/// client of ours sends them, and references could make cycles.
/// </remarks>
public ref struct Amf0Reader(ReadOnlySpan<byte> bytes)
{
    /// <summary>How deep values may nest. A counter, because a stack overflow cannot be caught.</summary>
    public const int MaxDepth = 32;

    /// <summary>Values in all: properties and items on every level, of everything one reader reads.</summary>
    public const int MaxValues = 4096;

    /// <summary>Bytes of one text.</summary>
    public const int MaxTextBytes = 32 * 1024;

    /// <summary>Bytes of one property's name.</summary>
    public const int MaxNameBytes = 1024;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;
    private int _values;

    /// <summary>Bytes read so far.</summary>
    public readonly int Consumed => _position;

    /// <summary>Whether all bytes are read.</summary>
    public readonly bool IsAtEnd => _position == _bytes.Length;

    private readonly ReadOnlySpan<byte> Rest => _bytes[_position..];

    /// <summary>Reads the next value.</summary>
    /// <returns>Whether there was a whole and well-formed one; if not, the reader is of no more use.</returns>
    public bool TryRead(out AmfValue value) => TryRead(out value, depth: 0);

    private bool TryRead(out AmfValue value, int depth)
    {
        value = default;
        if (++_values > MaxValues || depth > MaxDepth || !TryTake(1, out ReadOnlySpan<byte> marker))
        {
            return false;
        }

        switch ((AmfMarker)marker[0])
        {
            case AmfMarker.Number:
                return TryReadNumber(out value);
            case AmfMarker.Boolean when TryTake(1, out ReadOnlySpan<byte> boolean):
                value = AmfValue.FromBoolean(boolean[0] != 0);
                return true;
            case AmfMarker.Text:
                return TryReadText(isLong: false, out value);
            case AmfMarker.LongText or AmfMarker.XmlDocument:
                return TryReadText(isLong: true, out value);
            case AmfMarker.Null:
                value = AmfValue.Null;
                return true;
            case AmfMarker.Undefined:
                return true;
            case AmfMarker.Date when TryTake(sizeof(double) + sizeof(short), out ReadOnlySpan<byte> date): // the zone is reserved (§2.13)
                value = AmfValue.FromDate(BinaryPrimitives.ReadDoubleBigEndian(date));
                return true;
            case AmfMarker.Structure:
                return TryReadProperties(depth, isArray: false, out value);
            case AmfMarker.TypedStructure:
                return TryReadName(out _) && TryReadProperties(depth, isArray: false, out value);
            case AmfMarker.EcmaArray when TryTake(sizeof(uint), out _): // its count is a hint, and often wrong
                return TryReadProperties(depth, isArray: true, out value);
            case AmfMarker.StrictArray:
                return TryReadItems(depth, out value);
            case AmfMarker.Amf3:
                return TryReadAmf3(depth, out value);
            default:
                return false;
        }
    }

    private bool TryReadNumber(out AmfValue value)
    {
        bool isThere = TryTake(sizeof(double), out ReadOnlySpan<byte> number);
        value = isThere ? AmfValue.FromNumber(BinaryPrimitives.ReadDoubleBigEndian(number)) : default;
        return isThere;
    }

    private bool TryReadText(bool isLong, out AmfValue value)
    {
        value = default;
        if (!TryTake(isLong ? sizeof(uint) : sizeof(ushort), out ReadOnlySpan<byte> lengthField))
        {
            return false;
        }

        uint length = isLong ? BinaryPrimitives.ReadUInt32BigEndian(lengthField) : BinaryPrimitives.ReadUInt16BigEndian(lengthField);
        if (length > MaxTextBytes || !TryTake((int)length, out ReadOnlySpan<byte> text))
        {
            return false;
        }

        value = AmfValue.FromText(Encoding.UTF8.GetString(text));
        return true;
    }

    private bool TryReadName(out ReadOnlySpan<byte> name)
    {
        name = default;
        return TryTake(sizeof(ushort), out ReadOnlySpan<byte> length)
            && BinaryPrimitives.ReadUInt16BigEndian(length) is <= MaxNameBytes and ushort bytes
            && TryTake(bytes, out name);
    }

    private bool TryReadProperties(int depth, bool isArray, out AmfValue value)
    {
        value = default;
        var properties = new List<AmfProperty>();
        while (TryReadName(out ReadOnlySpan<byte> name))
        {
            if (name.IsEmpty && !Rest.IsEmpty && Rest[0] == (byte)AmfMarker.StructureEnd)
            {
                _position++;
                value = isArray ? AmfValue.FromEcmaArray([.. properties]) : AmfValue.FromObject([.. properties]);
                return true;
            }

            if (!TryRead(out AmfValue property, depth + 1))
            {
                return false;
            }

            properties.Add(new AmfProperty(Encoding.UTF8.GetString(name), property));
        }

        return false;
    }

    private bool TryReadItems(int depth, out AmfValue value)
    {
        value = default;
        if (!TryTake(sizeof(uint), out ReadOnlySpan<byte> countField))
        {
            return false;
        }

        uint count = BinaryPrimitives.ReadUInt32BigEndian(countField);
        if (count > MaxValues - _values || count > Rest.Length) // an item has at least its marker
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

        value = AmfValue.FromArray([.. items]);
        return true;
    }

    private bool TryReadAmf3(int depth, out AmfValue value)
    {
        var reader = new Amf3Reader(Rest, depth, _values - 1); // the switch is no value of its own
        bool isRead = reader.TryRead(out value);
        _position += reader.Consumed;
        _values = reader.Values;
        return isRead;
    }

    private bool TryTake(int length, out ReadOnlySpan<byte> taken)
    {
        bool isThere = Rest.Length >= length;
        taken = isThere ? Rest[..length] : default;
        _position += taken.Length;
        return isThere;
    }
}

using System.Buffers.Binary;

namespace MediaServer.Media;

/// <summary>Writes ISO base media boxes (ISO/IEC 14496-12 §4.2) into memory that is large enough; sizes are filled in when a box ends.</summary>
internal ref struct BoxWriter(Span<byte> destination)
{
    private readonly Span<byte> _bytes = destination;

    public int LengthBytes { get; private set; }

    /// <summary>Begins a box of the given four-character type.</summary>
    /// <returns>What <see cref="End"/> takes.</returns>
    public int Begin(ReadOnlySpan<byte> type)
    {
        int start = LengthBytes;
        LengthBytes += sizeof(uint);
        Write(type);
        return start;
    }

    /// <summary>Begins a box that has a version and flags.</summary>
    public int BeginFull(ReadOnlySpan<byte> type, byte version, uint flags)
    {
        int start = Begin(type);
        UInt32(((uint)version << 24) | flags);
        return start;
    }

    public readonly void End(int start) => BinaryPrimitives.WriteInt32BigEndian(_bytes[start..], LengthBytes - start);

    public void Byte(byte value) => _bytes[LengthBytes++] = value;

    public void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_bytes[LengthBytes..], value);
        LengthBytes += sizeof(ushort);
    }

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes[LengthBytes..], value);
        LengthBytes += sizeof(uint);
    }

    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_bytes[LengthBytes..], value);
        LengthBytes += sizeof(ulong);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes[LengthBytes..]);
        LengthBytes += bytes.Length;
    }

    public void Zeros(int count)
    {
        _bytes.Slice(LengthBytes, count).Clear();
        LengthBytes += count;
    }
}

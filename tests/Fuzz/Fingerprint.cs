namespace MediaServer.Fuzz;

/// <summary>A hash of what came out, the same in every run and on every machine (FNV-1a, 64 bits).</summary>
internal struct Fingerprint()
{
    private const ulong Prime = 0x100000001B3;

    private ulong _value = 0xCBF29CE484222325;

    public readonly ulong Value => _value;

    public void Add(long number)
    {
        for (int shift = 0; shift < 64; shift += 8)
        {
            _value = (_value ^ (byte)(number >> shift)) * Prime;
        }
    }

    public void Add(bool flag) => Add(flag ? 1L : 0L);

    public void Add(double number) => Add(BitConverter.DoubleToInt64Bits(number));

    public void Add(ReadOnlySpan<char> text)
    {
        foreach (char character in text)
        {
            _value = (_value ^ character) * Prime;
        }

        Add(text.Length);
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (byte item in bytes)
        {
            _value = (_value ^ item) * Prime;
        }

        Add(bytes.Length);
    }
}

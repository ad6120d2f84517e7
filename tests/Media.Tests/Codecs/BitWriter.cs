namespace MediaServer.Media.Tests.Codecs;

/// <summary>Writes the syntax elements of a specification bit by bit, for building what no encoder at hand produces.</summary>
internal sealed class BitWriter
{
    private readonly List<bool> _bits = [];

    public BitWriter Bits(int count, uint value)
    {
        for (int i = count - 1; i >= 0; i--)
        {
            _bits.Add(((value >> i) & 1) == 1);
        }

        return this;
    }

    public BitWriter Flag(bool value) => Bits(1, value ? 1u : 0);

    /// <summary><c>ue(v)</c> each: as many zeros as the number plus one has bits behind its first, then that number.</summary>
    public BitWriter Unsigned(params ReadOnlySpan<uint> values)
    {
        foreach (uint value in values)
        {
            int zeros = 0;
            while ((value + 1UL) >> (zeros + 1) != 0)
            {
                zeros++;
            }

            Bits(zeros, 0).Bits(1, 1).Bits(zeros, (uint)(value + 1UL - (1UL << zeros)));
        }

        return this;
    }

    /// <summary><c>se(v)</c> each: 1, −1, 2, −2 are 1, 2, 3, 4.</summary>
    public BitWriter Signed(params ReadOnlySpan<int> values)
    {
        foreach (int value in values)
        {
            Unsigned(value > 0 ? (2 * (uint)value) - 1 : (uint)(-2 * (long)value));
        }

        return this;
    }

    /// <summary>The bytes, filled up with zeros.</summary>
    public byte[] ToBytes() =>
        [.. _bits.Chunk(8).Select(bits => (byte)bits.Select((bit, index) => bit ? 0x80 >> index : 0).Sum())];

    /// <summary>The bytes of a NAL unit: stop bit, and a 3 wherever two zeros would be followed by 0 to 3.</summary>
    public byte[] ToNalUnit(byte header)
    {
        Flag(true);
        var unit = new List<byte> { header };
        int zeros = 0;
        foreach (byte value in ToBytes())
        {
            if (zeros == 2 && value <= 3)
            {
                unit.Add(3);
                zeros = 0;
            }

            unit.Add(value);
            zeros = value == 0 ? zeros + 1 : 0;
        }

        return [.. unit];
    }
}

namespace MediaServer.Media;

/// <summary>Reads bits, most significant first, from bytes that nobody has checked.</summary>
/// <remarks>
/// Reading past the end, or an Exp-Golomb code longer than any legal one, gives 0 and sets <see cref="HasFailed"/> for good: a parser reads
/// on, bounded by its own counts, and looks at the end.
/// </remarks>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Whether something could not be read.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Bits read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Bits left to read.</summary>
    public readonly int Remaining => (_bytes.Length * 8) - Position;

    /// <summary>One bit, as <c>u(1)</c>.</summary>
    public bool ReadFlag() => ReadBits(1) != 0;

    /// <summary>An unsigned number of 0 to 32 bits, as <c>u(n)</c>.</summary>
    public uint ReadBits(int count)
    {
        if (count > Remaining)
        {
            Fail();
            return 0;
        }

        ulong value = 0;
        int end = Position + count;
        for (int index = Position / 8; index * 8 < end; index++)
        {
            value = (value << 8) | _bytes[index];
        }

        int behind = (8 - (end % 8)) % 8; // bits of the last byte that are not asked for
        Position = end;
        return (uint)((value >> behind) & ((1UL << count) - 1));
    }

    /// <summary>Leaves bits out.</summary>
    public void Skip(int count)
    {
        if (count > Remaining)
        {
            Fail();
            return;
        }

        Position += count;
    }

    /// <summary>Goes to the next whole byte, counted from the first bit.</summary>
    public void AlignToByte() => Position = (Position + 7) / 8 * 8;

    /// <summary>An unsigned Exp-Golomb code, <c>ue(v)</c> (H.264 §9.1), from 0 to 2³²−2.</summary>
    public uint ReadUnsignedExpGolomb()
    {
        int zeros = 0;
        while (!HasFailed && !ReadFlag())
        {
            if (++zeros == 32)
            {
                Fail();
            }
        }

        uint behind = ReadBits(HasFailed ? 0 : zeros);
        return HasFailed ? 0 : (uint)((1UL << zeros) - 1 + behind);
    }

    /// <summary>A signed Exp-Golomb code, <c>se(v)</c> (H.264 §9.1.1).</summary>
    public int ReadSignedExpGolomb()
    {
        uint code = ReadUnsignedExpGolomb();
        int magnitude = (int)((code + 1UL) / 2);
        return code % 2 == 1 ? magnitude : -magnitude;
    }

    /// <summary>An unsigned Exp-Golomb code that the specification bounds: fails for good where it is greater, and gives 0.</summary>
    public int ReadUnsignedExpGolomb(int limit)
    {
        uint value = ReadUnsignedExpGolomb();
        if (value > limit)
        {
            Fail();
            return 0;
        }

        return (int)value;
    }

    /// <summary>Leaves Exp-Golomb codes out, signed or unsigned.</summary>
    public void SkipExpGolomb(int count)
    {
        for (; count > 0 && !HasFailed; count--)
        {
            ReadUnsignedExpGolomb();
        }
    }

    /// <summary>Gives up: what follows makes no sense.</summary>
    public void Fail()
    {
        HasFailed = true;
        Position = _bytes.Length * 8;
    }
}

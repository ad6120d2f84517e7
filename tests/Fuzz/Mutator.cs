namespace MediaServer.Fuzz;

/// <summary>Damages bytes the way that finds faults in parsers: bits, lengths that lie, cuts, repetitions, pieces of other inputs.</summary>
/// <remarks>The same seed gives the same damage.</remarks>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> tokens)
{
    /// <summary>Longer inputs are cut: speed finds more than length.</summary>
    public const int MaxBytes = 64 * 1024;

    private static readonly uint[] Interesting =
    [
        0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 100, 127, 128, 129, 254, 255, 256, 257, 511, 512, 1023, 1024, 4095, 4096, 32767, 32768, 65534,
        65535, 65536, 65599, 0x7FFFFF, 0x800000, 0xFFFFFE, 0xFFFFFF, 0x1000000, 0x7FFFFFFE, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF,
    ];

    private readonly List<byte> _bytes = [];

    /// <summary>A damaged copy.</summary>
    /// <param name="input">What to damage.</param>
    /// <param name="other">Another input, to take pieces from.</param>
    public byte[] Damage(byte[] input, byte[] other)
    {
        _bytes.Clear();
        _bytes.AddRange(input);
        int steps = 1 << random.Next(5);
        for (int step = random.Next(steps); step >= 0; step--)
        {
            DamageOnce(other);
        }

        return _bytes.Count <= MaxBytes ? [.. _bytes] : [.. _bytes.Take(MaxBytes)];
    }

    private void DamageOnce(byte[] other)
    {
        if (_bytes.Count == 0)
        {
            Insert(0, other.AsSpan(0, random.Next(other.Length + 1)));
            return;
        }

        int at = random.Next(_bytes.Count);
        int length = random.Next(1, LengthLimit(_bytes.Count - at) + 1);
        switch (random.Next(14))
        {
            case 0 or 1:
                _bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                _bytes[at] = (byte)random.Next(256);
                break;
            case 3:
                _bytes[at] += (byte)random.Next(-4, 5);
                break;
            case 4 or 5:
                WriteNumber(at, random.Next(1, 5), Interesting[random.Next(Interesting.Length)], isLittle: random.Next(4) == 0);
                break;
            case 6:
                LieAboutLength(at);
                break;
            case 7:
                _bytes.RemoveRange(at, _bytes.Count - at);
                break;
            case 8:
                _bytes.RemoveRange(at, length);
                break;
            case 9:
                Repeat(at, length);
                break;
            case 10: // a piece of its own elsewhere
                Insert(random.Next(_bytes.Count + 1), [.. _bytes.GetRange(at, length)]);
                break;
            case 11: // a piece of another input, put in or put over
                Splice(at, other);
                break;
            case 12 when tokens.Count > 0:
                PutToken(at, tokens[random.Next(tokens.Count)]);
                break;
            default:
                Insert(at, NewBytes());
                break;
        }
    }

    // Small pieces mostly: they keep the rest meaningful.
    private int LengthLimit(int available) => random.Next(4) switch
    {
        0 => available,
        1 => Math.Min(available, 64),
        _ => Math.Min(available, 8),
    };

    private void Insert(int at, ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Count + bytes.Length <= MaxBytes)
        {
            _bytes.InsertRange(at, bytes);
        }
    }

    private byte[] NewBytes()
    {
        byte[] bytes = new byte[random.Next(1, 17)];
        if (random.Next(3) == 0)
        {
            Array.Fill(bytes, (byte)random.Next(256));
        }
        else
        {
            random.NextBytes(bytes);
        }

        return bytes;
    }

    private void Repeat(int at, int length)
    {
        byte[] piece = [.. _bytes.GetRange(at, length)];
        for (int times = 1 << random.Next(8); times > 0; times--)
        {
            Insert(at, piece);
        }
    }

    private void Splice(int at, byte[] other)
    {
        if (other.Length == 0)
        {
            return;
        }

        int from = random.Next(other.Length);
        ReadOnlySpan<byte> piece = other.AsSpan(from, random.Next(1, LengthLimit(other.Length - from) + 1));
        if (random.Next(2) == 0)
        {
            Insert(at, piece);
            return;
        }

        for (int i = 0; i < piece.Length && at + i < _bytes.Count; i++)
        {
            _bytes[at + i] = piece[i];
        }
    }

    private void PutToken(int at, byte[] token)
    {
        if (random.Next(2) == 0 && at + token.Length <= _bytes.Count)
        {
            _bytes.RemoveRange(at, token.Length);
        }

        Insert(at, token);
    }

    /// <summary>Finds a field that may be the length of what follows it, from a position on, and makes it slightly or grossly wrong.</summary>
    private void LieAboutLength(int from)
    {
        for (int at = from; at < Math.Min(_bytes.Count, from + 64); at++)
        {
            for (int width = 4; width >= 1; width--)
            {
                if (at + width > _bytes.Count)
                {
                    continue;
                }

                long value = ReadNumber(at, width);
                int behind = _bytes.Count - at - width;
                if (value > 0 && value <= behind && value > 1 << (8 * (width - 1) / 2))
                {
                    long lie = random.Next(6) switch
                    {
                        0 => value + 1,
                        1 => value - 1,
                        2 => behind,
                        3 => behind + 1L,
                        4 => 0,
                        _ => uint.MaxValue,
                    };
                    WriteNumber(at, width, (uint)lie, isLittle: false);
                    return;
                }
            }
        }
    }

    private long ReadNumber(int at, int width)
    {
        long value = 0;
        for (int i = 0; i < width; i++)
        {
            value = (value << 8) | _bytes[at + i];
        }

        return value;
    }

    private void WriteNumber(int at, int width, uint value, bool isLittle)
    {
        for (int i = 0; i < width && at + i < _bytes.Count; i++)
        {
            int shift = 8 * (isLittle ? i : width - 1 - i);
            _bytes[at + i] = (byte)(value >> shift);
        }
    }
}

namespace MediaServer.Media;

/// <summary>Reads the SEI messages of a NAL unit (H.264 §7.3.2.3, H.265 §7.3.2.4), leaving emulation prevention out.</summary>
internal ref struct SupplementalReader
{
    private FragmentReader _bytes;
    private int _remaining;
    private int _zeros;

    private SupplementalReader(FragmentReader bytes, int length)
    {
        _bytes = bytes;
        _remaining = length;
    }

    /// <summary>Whether there is a recovery point that is complete at once (H.264 §D.1.8, H.265 §D.2.8): a distance of 0 pictures.</summary>
    /// <param name="bytes">At the first byte behind the unit's header.</param>
    /// <param name="length">Bytes of the unit from there on.</param>
    public static bool HasRecoveryPoint(FragmentReader bytes, int length)
    {
        const int RecoveryPoint = 6;
        var message = new SupplementalReader(bytes, length);
        while (message.TryReadHeader(out int type, out int size))
        {
            if (type == RecoveryPoint && size > 0)
            {
                return message.TryReadByte(out byte first) && first >= 0x80; // ue(v) and se(v): 0 is a single 1
            }

            if (!message.TrySkip(size))
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Reads a payload's type and size; false at the trailing bits.</summary>
    private bool TryReadHeader(out int type, out int size)
    {
        size = 0;
        return TryReadNumber(out type) && _remaining > 0 && TryReadNumber(out size);
    }

    private bool TrySkip(int count)
    {
        for (; count > 0; count--)
        {
            if (!TryReadByte(out _))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryReadByte(out byte value)
    {
        const byte EmulationPrevention = 3;
        value = 0;
        if (_remaining == 0)
        {
            return false;
        }

        value = Next();
        if (_zeros >= 2 && value == EmulationPrevention)
        {
            _zeros = 0;
            if (_remaining == 0)
            {
                return false;
            }

            value = Next();
        }

        _zeros = value == 0 ? _zeros + 1 : 0;
        return true;
    }

    private bool TryReadNumber(out int number) // 255 for each full 255, then the rest
    {
        number = 0;
        byte value;
        do
        {
            if (!TryReadByte(out value))
            {
                return false;
            }

            number += value;
        }
        while (value == 0xFF);

        return true;
    }

    private byte Next()
    {
        _remaining--;
        return _bytes.ReadByte();
    }
}

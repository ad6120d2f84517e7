namespace MediaServer.Media;

/// <summary>Walks the open bitstream units of AV1 where they lie (AV1 §5.3). Copies and allocates nothing.</summary>
internal ref struct ObuReader
{
    public const int SequenceHeaderType = 1;
    public const int FrameHeaderType = 3;
    public const int FrameType = 6;

    /// <summary>Units that a sample may have; a frame of the highest level has some hundreds of tile groups at most (AV1 annex A).</summary>
    public const int MaxUnits = 4096;

    private FragmentReader _bytes;
    private int _units;

    /// <param name="bytes">At the first unit's header; the units take all that remains.</param>
    public ObuReader(FragmentReader bytes) => _bytes = bytes;

    /// <summary>Whether the sizes do not add up, or there are more than <see cref="MaxUnits"/>; known when the walk is over.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Goes to the next unit.</summary>
    /// <returns>False behind the last one, and where the sample is malformed.</returns>
    public bool TryRead(out Obu unit)
    {
        unit = default;
        if (IsMalformed || _bytes.Remaining == 0)
        {
            return false;
        }

        if (_units++ == MaxUnits || !TryReadHeader(out int type, out int layers, out int size) || size > _bytes.Remaining)
        {
            IsMalformed = true;
            return false;
        }

        unit = new Obu(type, temporalId: layers >> 5, spatialId: (layers >> 3) & 3, _bytes, size);
        return _bytes.TrySkip(size);
    }

    private bool TryReadHeader(out int type, out int layers, out int size)
    {
        const int Forbidden = 0x80;
        const int HasExtension = 4;
        const int HasSize = 2;

        byte header = _bytes.ReadByte();
        type = (header >> 3) & 0x0F;
        layers = 0;
        size = 0;
        if ((header & HasExtension) != 0)
        {
            if (_bytes.Remaining == 0)
            {
                return false;
            }

            layers = _bytes.ReadByte();
        }

        if ((header & HasSize) == 0)
        {
            size = _bytes.Remaining; // legal for the last one of a sample (AV1 in ISOBMFF §2.4)
            return (header & Forbidden) == 0;
        }

        return TryReadSize(out size) && (header & Forbidden) == 0;
    }

    private bool TryReadSize(out int size) // leb128, §4.10.5
    {
        const int MaxBytes = 8;
        ulong value = 0;
        for (int i = 0; i < MaxBytes && _bytes.Remaining > 0; i++)
        {
            byte next = _bytes.ReadByte();
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                size = (int)Math.Min(value, int.MaxValue);
                return true;
            }
        }

        size = 0;
        return false;
    }
}

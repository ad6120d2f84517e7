namespace MediaServer.Media;

/// <summary>Walks the NAL units of a sample where they lie, each behind its length (ISO/IEC 14496-15 §4.3.3). Copies and allocates nothing.</summary>
internal ref struct NalUnitReader
{
    /// <summary>NAL units that a sample may have. A picture of the highest level has some hundreds of slices at most (H.264 table A-1, H.265 table A.8).</summary>
    public const int MaxUnits = 4096;

    private readonly int _lengthSize;
    private FragmentReader _bytes;
    private int _units;

    /// <param name="payload">The sample's bytes in order, as <see cref="PayloadBuilder.Fragments"/>; what precedes the sample too.</param>
    /// <param name="dataOffset">Bytes before the first length.</param>
    /// <param name="lengthSize">Bytes of each length, 1 to 4.</param>
    public NalUnitReader(ReadOnlySpan<FrameFragment> payload, int dataOffset, int lengthSize)
    {
        _lengthSize = lengthSize;
        _bytes = new FragmentReader(payload);
        IsMalformed = !_bytes.TrySkip(dataOffset);
    }

    /// <summary>Whether the lengths do not add up, or there are more than <see cref="MaxUnits"/>; known when the walk is over.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Goes to the next unit that is not empty.</summary>
    /// <param name="unit">A reader at its first byte.</param>
    /// <param name="length">Its length in bytes, at least 1; all of them are there.</param>
    /// <returns>False behind the last one, and where the sample is malformed.</returns>
    public bool TryRead(out FragmentReader unit, out int length)
    {
        while (!IsMalformed && _bytes.Remaining > 0)
        {
            if (_units++ == MaxUnits || !_bytes.TryReadBigEndian(_lengthSize, out uint announced) || announced > _bytes.Remaining)
            {
                IsMalformed = true;
                break;
            }

            unit = _bytes;
            length = (int)announced;
            _ = _bytes.TrySkip(length);
            if (length > 0)
            {
                return true;
            }
        }

        unit = default;
        length = 0;
        return false;
    }
}

namespace MediaServer.Media;

/// <summary>Collects the parameter sets of one sample that are not in the configuration in force. Allocates nothing when there are none.</summary>
/// <param name="headerBytes">Bytes of a NAL unit's header, which are not compared: encoders differ in <c>nal_ref_idc</c>.</param>
internal struct InBandSets(int headerBytes)
{
    /// <summary>
    /// Sets of one sample, and bytes of a set, up to which a change is looked for. Real samples have a handful of some tens of bytes; comparing
    /// any number with all those known would cost a hostile encoder little and the server much.
    /// </summary>
    private const int MaxCount = 64;

    /// <inheritdoc cref="MaxCount"/>
    private const int MaxLengthBytes = 4096;

    private int _count;

    /// <summary>The sets from the first new one on, known ones among them: the last of an identifier counts. Null when none is new.</summary>
    public List<byte[]>? News { get; private set; }

    /// <summary>Looks at the next set.</summary>
    /// <param name="unit">The set, a NAL unit.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="known">The sets of its type that are in force.</param>
    /// <returns>False when there are too many, or it is too long: then no change is to be looked for.</returns>
    public bool TryLookAt(FragmentReader unit, int length, IReadOnlyList<ReadOnlyMemory<byte>> known)
    {
        if (++_count > MaxCount || length > MaxLengthBytes)
        {
            return false;
        }

        if (News is not null || !ParameterSets.Contains(known, unit, length, headerBytes))
        {
            (News ??= []).Add(unit.ReadBytes(length));
        }

        return true;
    }
}

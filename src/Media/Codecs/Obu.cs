namespace MediaServer.Media;

/// <summary>An open bitstream unit of AV1 (AV1 §5.3.1).</summary>
internal readonly ref struct Obu(int type, int temporalId, int spatialId, FragmentReader payload, int payloadBytes)
{
    private readonly FragmentReader _payload = payload;

    /// <summary><c>obu_type</c>.</summary>
    public int Type => type;

    /// <summary><c>temporal_id</c>, 0 if it is not said.</summary>
    public int TemporalId => temporalId;

    /// <summary><c>spatial_id</c>, 0 if it is not said.</summary>
    public int SpatialId => spatialId;

    /// <summary>Bytes behind the unit's header and size; all of them are there.</summary>
    public int PayloadBytes => payloadBytes;

    /// <summary>A reader at the first of <see cref="PayloadBytes"/>.</summary>
    public FragmentReader Payload => _payload;
}

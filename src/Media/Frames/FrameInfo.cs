namespace MediaServer.Media;

/// <summary>What is known of a frame when it is made; see the properties of <see cref="MediaFrame"/>.</summary>
public readonly record struct FrameInfo
{
    /// <inheritdoc cref="MediaFrame.Kind"/>
    public MediaKind Kind { get; init; }

    /// <inheritdoc cref="MediaFrame.Codec"/>
    public MediaCodec Codec { get; init; }

    /// <inheritdoc cref="MediaFrame.TrackId"/>
    public byte TrackId { get; init; }

    /// <inheritdoc cref="MediaFrame.Traits"/>
    public FrameTraits Traits { get; init; }

    /// <inheritdoc cref="MediaFrame.DataOffset"/>
    public byte DataOffset { get; init; }

    /// <inheritdoc cref="MediaFrame.CompositionOffset"/>
    public int CompositionOffset { get; init; }

    /// <inheritdoc cref="MediaFrame.NanosecondOffset"/>
    public int NanosecondOffset { get; init; }

    /// <inheritdoc cref="MediaFrame.Dts"/>
    public long Dts { get; init; }

    /// <inheritdoc cref="MediaFrame.ReceivedAt"/>
    public long ReceivedAt { get; init; }
}

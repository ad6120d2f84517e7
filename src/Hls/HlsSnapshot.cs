namespace MediaServer.Hls;

/// <summary>What of a stream can be fetched at one moment.</summary>
/// <param name="Multivariant">The multivariant playlist.</param>
/// <param name="Resources">
/// By name, what lies in the epoch's folder: <see cref="HlsPlaylist"/>, <see cref="TrackFormat"/> (an init segment) or <see cref="MediaSegment"/>.
/// </param>
/// <param name="HeldBytes">Memory that its segments hold.</param>
internal sealed record HlsSnapshot(HlsPlaylist Multivariant, IReadOnlyDictionary<string, object> Resources, long HeldBytes);

namespace MediaServer.Hls;

/// <summary>What a request asked for.</summary>
internal enum HlsRequestKind
{
    Multivariant,
    Playlist,
    Init,
    Segment,
    Unknown,
}

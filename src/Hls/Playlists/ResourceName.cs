namespace MediaServer.Hls;

/// <summary>The names of what lies in an epoch's folder.</summary>
internal static class ResourceName
{
    public const string Multivariant = "index.m3u8";

    public static string Playlist(Track track) => $"{track.Name}.m3u8";

    public static string Init(Track track, TrackFormat format) => $"{track.Name}_init{format.Number}.mp4";

    public static string Segment(Track track, Slot slot) => $"{track.Name}_{slot.Number}.m4s";
}

namespace MediaServer.Media;

/// <summary>How many tracks a tag body carries, and how they lie in it: <c>AvMultitrackType</c> (E-RTMP v2).</summary>
public enum FlvMultitrack : byte
{
    /// <summary>It is no multitrack body: all of it belongs to track 0.</summary>
    None,

    /// <summary>All of it belongs to one track, which the header names.</summary>
    OneTrack,

    /// <summary>One part for each of several tracks of the same codec.</summary>
    ManyTracks,

    /// <summary>One part for each of several tracks, each naming its codec.</summary>
    ManyTracksManyCodecs,
}

namespace MediaServer.Media;

/// <summary>What a frame carries.</summary>
public enum MediaKind : byte
{
    /// <summary>Audio: RTMP message and FLV tag type 8.</summary>
    Audio,

    /// <summary>Video: type 9.</summary>
    Video,

    /// <summary>Script data such as <c>onMetaData</c>: type 18, AMF0.</summary>
    Data,
}

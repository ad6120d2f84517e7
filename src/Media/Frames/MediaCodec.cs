namespace MediaServer.Media;

/// <summary>The codec of a frame.</summary>
public enum MediaCodec : byte
{
    /// <summary>None (script data), or one that the server passes on without knowing it.</summary>
    Unknown,

    /// <summary>H.264.</summary>
    Avc,

    /// <summary>AAC with an AudioSpecificConfig.</summary>
    Aac,

    /// <summary>MPEG audio layer III.</summary>
    Mp3,

    /// <summary>H.265.</summary>
    Hevc,

    /// <summary>AV1.</summary>
    Av1,

    /// <summary>VP8.</summary>
    Vp8,

    /// <summary>VP9.</summary>
    Vp9,

    /// <summary>Opus.</summary>
    Opus,

    /// <summary>FLAC.</summary>
    Flac,

    /// <summary>Dolby AC-3.</summary>
    Ac3,

    /// <summary>Dolby E-AC-3.</summary>
    Eac3,
}

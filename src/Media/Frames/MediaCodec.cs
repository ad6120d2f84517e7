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
}

namespace MediaServer.Rtmp;

/// <summary>What a client can do with video (RTMP 1.0 §7.2.1.1 and Enhanced RTMP v2, <c>videoFunction</c>).</summary>
[Flags]
public enum VideoFunctions : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It can seek to a frame. All that RTMP 1.0 knows, and what ffmpeg and Flash say.</summary>
    Seek = 0x01,

    /// <summary>It can show high dynamic range, and knows the metadata packet that describes it.</summary>
    Hdr = 0x02,

    /// <summary>It knows metadata packets.</summary>
    Metadata = 0x04,

    /// <summary>It can decode a part of a large picture.</summary>
    LargeScaleTile = 0x08,
}

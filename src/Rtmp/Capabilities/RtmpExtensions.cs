namespace MediaServer.Rtmp;

/// <summary>What a side can do beyond codecs (Enhanced RTMP v2, <c>capsEx</c>).</summary>
[Flags]
public enum RtmpExtensions : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It connects again, elsewhere if need be, when it gets <c>NetConnection.Connect.ReconnectRequest</c>.</summary>
    Reconnect = 0x01,

    /// <summary>It understands messages of several tracks.</summary>
    Multitrack = 0x02,

    /// <summary>It understands packets with modifiers in front (<c>ModEx</c>).</summary>
    Modifiers = 0x04,

    /// <summary>It understands the modifier that adds nanoseconds to a timestamp.</summary>
    TimestampNanoOffset = 0x08,
}

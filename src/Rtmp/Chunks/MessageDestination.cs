namespace MediaServer.Rtmp;

/// <summary>Where the bytes of an arriving message go.</summary>
internal enum MessageDestination
{
    /// <summary>They are counted and dropped: an unknown type, or media that nobody asked for.</summary>
    Nowhere,

    /// <summary>Into a buffer, to be read at once: commands and control messages.</summary>
    Buffer,

    /// <summary>They stay where they are, and are passed on: media and script data.</summary>
    Payload,
}

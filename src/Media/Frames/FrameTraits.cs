namespace MediaServer.Media;

/// <summary>What the hub and the consumers need to know of a frame without looking into it.</summary>
[Flags]
public enum FrameTraits : byte
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>Decoding can begin here (read from the bitstream; IDR, or a recovery point that needs no earlier frame).</summary>
    RandomAccess = 1,

    /// <summary>Codec configuration: never dropped, sent again after a jump.</summary>
    SequenceHeader = 2,

    /// <summary>No other frame refers to it: it can be left out alone.</summary>
    Disposable = 4,

    /// <summary><c>onMetaData</c>: like configuration, sent again after a jump.</summary>
    Metadata = 8,

    /// <summary>The timeline broke before this frame (encoder jumped or came back).</summary>
    Discontinuity = 16,

    /// <summary>Not from the log: configuration that a subscription sends again, with the time of the frame that follows.</summary>
    Injected = 32,

    /// <summary>Another publish session goes on with the stream from here: no frame from here on refers to one before.</summary>
    Splice = 64,

    /// <summary>
    /// More configuration of a track, kept beside its sequence header: an HDR metadata packet of enhanced RTMP (video) or a
    /// MultichannelConfig (audio).
    /// </summary>
    TrackMetadata = 128,
}

namespace MediaServer.Media;

/// <summary>
/// What follows the header of an FLV tag body, in the terms that all header forms share: <c>AVCPacketType</c> and <c>AACPacketType</c>
/// (FLV 10.1 annex E.4.2.2 and E.4.3.2), <c>VideoPacketType</c> and <c>AudioPacketType</c> (E-RTMP v2).
/// </summary>
public enum FlvPacketType : byte
{
    /// <summary>The decoder's configuration. For AC-3, E-AC-3 and MP3 it is empty: they have none.</summary>
    SequenceHeader,

    /// <summary>Coded media. Codecs without this field have nothing else.</summary>
    Frame,

    /// <summary>The end of a sequence, without data.</summary>
    EndOfSequence,

    /// <summary>More configuration of a track: HDR metadata (AMF) of video, a <c>MultichannelConfig</c> of audio.</summary>
    TrackMetadata,

    /// <summary>No media: a command to the player (<c>VideoCommand</c>), such as the start of a seek.</summary>
    Command,
}

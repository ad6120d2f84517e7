namespace MediaServer.Rtmp;

/// <summary>What a chunk stream says of a message (RTMP 1.0 §5.3.1.2).</summary>
/// <param name="Type">For media: audio, video or data; the AMF3 envelope of data is taken off.</param>
/// <param name="Timestamp">Milliseconds; 32 bits that wrap after 49.7 days.</param>
/// <param name="LengthBytes">Bytes of payload.</param>
/// <param name="MessageStreamId">Which of the peer's streams it belongs to; 0 is the connection itself.</param>
public readonly record struct RtmpMessageHeader(RtmpMessageType Type, uint Timestamp, int LengthBytes, uint MessageStreamId);

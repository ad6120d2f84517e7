using MediaServer.Rtmp;

namespace MediaServer.Load;

/// <summary>Takes what a scanner finds.</summary>
internal interface IMessageSink
{
    /// <summary>A whole message (or FLV tag) went by.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="timestamp">Milliseconds.</param>
    /// <param name="lengthBytes">Bytes of its payload.</param>
    /// <param name="head">The first of them.</param>
    void OnMessage(RtmpMessageType type, uint timestamp, int lengthBytes, ReadOnlySpan<byte> head);
}

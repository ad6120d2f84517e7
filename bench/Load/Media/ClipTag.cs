using MediaServer.Rtmp;

namespace MediaServer.Load;

/// <summary>One tag of a clip.</summary>
/// <param name="Type">The type of the RTMP message that carries it.</param>
/// <param name="Time">Milliseconds from the clip's first frame.</param>
/// <param name="Body">The tag's body.</param>
/// <param name="Stamp">Where a stamp fits in.</param>
internal sealed record ClipTag(RtmpMessageType Type, uint Time, byte[] Body, StampPlace Stamp)
{
    /// <summary>Bytes that are published of it.</summary>
    public int PublishedBytes => Body.Length + Stamp.LengthBytes;
}

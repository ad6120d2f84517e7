namespace MediaServer.Rtmp;

/// <summary>The first field of a user control message (RTMP 1.0 §7.1.7).</summary>
internal enum UserControlEvent : ushort
{
    StreamBegin = 0,
    StreamEnd = 1,
    PingRequest = 6,
    PingResponse = 7,
}

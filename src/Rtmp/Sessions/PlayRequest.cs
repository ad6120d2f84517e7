namespace MediaServer.Rtmp;

/// <summary>A client wants to play, live: where to start, how long and what to reset mean something for recordings only.</summary>
public sealed class PlayRequest : RtmpRequest
{
    internal PlayRequest(ConnectRequest connect, string name, uint messageStreamId)
        : base(connect, name, messageStreamId)
    {
    }
}

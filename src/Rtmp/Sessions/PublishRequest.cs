namespace MediaServer.Rtmp;

/// <summary>A client wants to publish.</summary>
public sealed class PublishRequest : RtmpRequest
{
    internal PublishRequest(ConnectRequest connect, string name, uint messageStreamId)
        : base(connect, name, messageStreamId)
    {
    }
}

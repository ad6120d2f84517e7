namespace MediaServer.Rtmp;

/// <summary>A client wants to publish.</summary>
public sealed record PublishRequest : RtmpRequest;

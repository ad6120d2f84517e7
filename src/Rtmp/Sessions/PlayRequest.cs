namespace MediaServer.Rtmp;

/// <summary>A client wants to play.</summary>
public sealed record PlayRequest : RtmpRequest;

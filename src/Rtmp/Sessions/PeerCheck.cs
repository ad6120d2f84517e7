namespace MediaServer.Rtmp;

/// <summary>What <see cref="RtmpSession.CheckPeer"/> found.</summary>
/// <param name="IsGone">Whether the peer is to be given up: close the connection, there is nobody to tell.</param>
/// <param name="CheckAgainIn">When to look again, if it is not.</param>
public readonly record struct PeerCheck(bool IsGone, TimeSpan CheckAgainIn);

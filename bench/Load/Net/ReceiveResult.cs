namespace MediaServer.Load;

/// <summary>What receiving gave.</summary>
/// <param name="Bytes">How many bytes there were.</param>
/// <param name="HasEnded">Whether the peer has finished, or the connection is broken.</param>
internal readonly record struct ReceiveResult(int Bytes, bool HasEnded);

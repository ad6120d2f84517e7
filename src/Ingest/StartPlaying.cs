using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.Transport;

namespace MediaServer.Ingest;

/// <summary>
/// The seam through which a connection that wants to play leaves this project. Called on the connection's loop, with the request still
/// pending: whoever takes it accepts it, and sends the stream from then on.
/// </summary>
/// <param name="key">The stream asked for.</param>
/// <param name="connection">Where to send it.</param>
/// <param name="session">The protocol's side of the connection.</param>
/// <param name="fault">What is wrong with the request, for the player's user; <see langword="null"/> when nothing is.</param>
/// <returns>
/// The player, to be disposed when the connection ends; <see langword="null"/> when there is a fault, or else no such stream.
/// </returns>
public delegate IDisposable? StartPlaying(StreamKey key, TransportConnection connection, RtmpServerSession session, out string? fault);

using System.Buffers;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Transport;
using Microsoft.Extensions.Logging;

namespace MediaServer.Playback;

/// <summary>
/// A player of an endless FLV file, which says nothing and is told nothing: its file ends, or breaks off. In chunks where the walk sends
/// such, so that every client can tell the one from the other.
/// </summary>
internal sealed class FlvPlayer : HttpPlayer
{
    private readonly bool _isChunked;

    public FlvPlayer(
        TopicWalk walk, TransportConnection connection, SubscriptionOptions options, TimeSpan stallTimeout, ILogger logger)
        : base(walk, connection, options, stallTimeout, logger)
    {
        _isChunked = walk.Envelope == FrameEnvelope.ChunkedFlv;
        KindCounts frames = walk.Topic.Published;
        WriteIfChunked("D\r\n"u8); // the header's 13 bytes
        FlvWriter.WriteHeader(connection.Outbox, frames.Audio > 0, frames.Video > 0);
        WriteIfChunked("\r\n"u8);
    }

    /// <inheritdoc/>
    protected override void End()
    {
        WriteIfChunked("0\r\n\r\n"u8);
        Close();
    }

    /// <inheritdoc/>
    protected override void CutOff() => Connection.Abort();

    private void WriteIfChunked(ReadOnlySpan<byte> bytes)
    {
        if (_isChunked)
        {
            Connection.Outbox.Write(bytes);
        }
    }
}

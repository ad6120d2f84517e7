using System.Diagnostics.CodeAnalysis;
using MediaServer.Media;
using MediaServer.Rtmp;

namespace MediaServer.Ingest;

/// <summary>One connection's time as a publisher: its media become frames, its rate is watched, and at the end it lets go of the stream.</summary>
[SuppressMessage("Design", "CA1001", Justification = "It ends by End, which is told how.")]
internal sealed class Publishing
{
    private readonly PublisherRegistry _publishers;
    private readonly LivePublisher _publisher;
    private readonly PublishSession _session;
    private readonly PublishRate _rate;

    /// <summary>Begins; if that fails, the stream is let go of.</summary>
    /// <param name="publisher">Who publishes.</param>
    /// <param name="endpoint">What all connections share.</param>
    /// <param name="receivedBytes">What the connection has received so far.</param>
    public Publishing(LivePublisher publisher, RtmpEndpoint endpoint, long receivedBytes)
    {
        _publishers = endpoint.Publishers;
        _publisher = publisher;
        try
        {
            _session = new PublishSession(publisher.Publication, endpoint.Pool, endpoint.Time, endpoint.Counters, endpoint.Logger);
            _rate = new PublishRate(endpoint.Options.MaxPublishBitrate, endpoint.Time, receivedBytes);
        }
        catch
        {
            _publishers.Leave(publisher, isLost: true);
            throw;
        }
    }

    public StreamKey Stream => _publisher.Publication.Topic.Key;

    /// <summary>Publishes a message.</summary>
    /// <param name="header">What it is.</param>
    /// <param name="payload">Its bytes.</param>
    /// <param name="now">The timestamp of this moment.</param>
    public void Receive(in RtmpMessageHeader header, PayloadBuilder payload, long now)
    {
        _publisher.HeardAt = now;
        _session.Receive(header, payload, now);
    }

    /// <inheritdoc cref="PublishRate.IsExceeded"/>
    public bool IsTooFast(long receivedBytes, long now) => _rate.IsExceeded(receivedBytes, now);

    /// <summary>Lets go of the stream.</summary>
    /// <param name="isLost">Whether the publisher may come back, and the stream should wait for it.</param>
    public void End(bool isLost)
    {
        _publishers.Leave(_publisher, isLost);
        _session.Dispose();
    }
}

namespace MediaServer.Ingest;

/// <summary>Why the RTMP endpoint refused a connection or a request. The names serve as metric labels, so they say what, never who.</summary>
public enum RefusalReason
{
    /// <summary>As many connections are open as <see cref="IngestOptions.MaxConnections"/> allows.</summary>
    TooManyConnections,

    /// <summary>As many connections of one address are open as <see cref="IngestOptions.MaxConnectionsPerAddress"/> allows.</summary>
    TooManyConnectionsOfAddress,

    /// <summary>A TLS handshake failed or was not finished in time.</summary>
    TlsHandshakeFailed,

    /// <summary>Nothing was asked for within <see cref="IngestOptions.ConnectTimeout"/>.</summary>
    AskedForNothing,

    /// <summary>A publisher sent nothing for <see cref="IngestOptions.PublisherIdleTimeout"/>.</summary>
    PublisherIdle,

    /// <summary>A peer was silent, and did not answer a ping either.</summary>
    PingUnanswered,

    /// <summary>A publisher sent more than <see cref="IngestOptions.MaxPublishBitrate"/>.</summary>
    PublishBitrate,

    /// <summary>The name of the stream is none.</summary>
    InvalidName,

    /// <summary>A parameter of the address makes no sense.</summary>
    InvalidParameter,

    /// <summary>A key is missing or wrong, or could not be checked.</summary>
    AccessDenied,

    /// <summary>Somebody publishes the stream, and may not be replaced.</summary>
    NameInUse,

    /// <summary>Two encoders take the stream from each other: the newcomer has to wait.</summary>
    TakenOverTooOften,

    /// <summary>A publisher lost its stream to another one.</summary>
    TakenOver,

    /// <summary>As many streams are live as there may be.</summary>
    TooManyStreams,

    /// <summary>Nobody publishes the stream that was to be played.</summary>
    StreamNotFound,
}

/// <summary>What a client is told: only codes on which encoders give up instead of trying for ever (OBS knows no others).</summary>
internal static class RefusalStatus
{
    extension(RefusalReason reason)
    {
        /// <summary>The code of a refused publish.</summary>
        public string PublishStatus => reason switch
        {
            RefusalReason.AccessDenied => "NetStream.Publish.Denied",
            RefusalReason.NameInUse or RefusalReason.TakenOver or RefusalReason.TakenOverTooOften => "NetStream.Publish.BadName",
            _ => "NetStream.Publish.Rejected",
        };

        /// <summary>The code of a refused play.</summary>
        public string PlayStatus => reason == RefusalReason.StreamNotFound ? "NetStream.Play.StreamNotFound" : "NetStream.Play.Failed";
    }
}

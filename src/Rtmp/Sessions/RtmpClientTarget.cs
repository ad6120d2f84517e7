namespace MediaServer.Rtmp;

/// <summary>Which stream of which server a <see cref="RtmpClientSession"/> publishes or plays.</summary>
/// <remarks><see cref="ToString"/> shows app and stream without their queries: those may hold stream keys.</remarks>
public sealed record RtmpClientTarget
{
    /// <summary>The server's authority as it stands in a URL, such as <c>localhost:1935</c>.</summary>
    public required string Host { get; init; }

    /// <summary>The app, query included: <c>live</c>.</summary>
    public required string App { get; init; }

    /// <summary>The stream's name, query included: <c>show?key=…</c>.</summary>
    public required string StreamName { get; init; }

    /// <summary>What to call ourselves. Default <c>FMLE/3.0 (compatible; MediaServer)</c>: some servers look for the FMLE.</summary>
    public string FlashVersion { get; init; } = "FMLE/3.0 (compatible; MediaServer)";

    /// <summary>
    /// What to say that we can do beyond RTMP 1.0. Default everything that a forwarder can; <see cref="RtmpCapabilities.None"/> for servers
    /// that turn away who says more than they know.
    /// </summary>
    public RtmpCapabilities Capabilities { get; init; } = RtmpCapabilities.Forwarder;

    /// <summary>The app and the stream, and nothing that may hold a secret.</summary>
    public override string ToString() => $"{App.Split('?')[0]}/{StreamName.Split('?')[0]}";
}

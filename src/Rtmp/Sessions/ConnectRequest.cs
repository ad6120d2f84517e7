namespace MediaServer.Rtmp;

/// <summary>What a client said of itself in <c>connect</c> (RTMP 1.0 §7.2.1.1). Nothing in it is validated.</summary>
/// <remarks>Apps and URLs may hold stream keys and passwords: they are not for logs.</remarks>
public sealed class ConnectRequest
{
    // Properties are found in any spelling: some clients write tcurl.
    internal ConnectRequest(RtmpCommand command)
    {
        AmfValue about = command[0];
        App = about["app"].Text ?? "";
        TcUrl = (about["tcUrl"].Text ?? "").Trim('"', '\'', ' ');
        FlashVersion = about["flashVer"].Text ?? "";
        Capabilities = RtmpCapabilities.From(about);
        TransactionId = command.WantsAnswer ? command.TransactionId : 1;
        ObjectEncoding = about["objectEncoding"].Number is 3 ? 3 : 0;
    }

    /// <summary>The app as sent, query included. Empty when the client named none.</summary>
    public string App { get; }

    /// <summary>The URL that the client says it connects to, as sent but for quotes around it. May hold a user and a password.</summary>
    public string TcUrl { get; }

    /// <summary>What the client says it is, such as <c>FMLE/3.0 (compatible; FMSc/1.0)</c>.</summary>
    public string FlashVersion { get; }

    /// <summary>What the client says it can do beyond RTMP 1.0.</summary>
    public RtmpCapabilities Capabilities { get; }

    /// <summary>
    /// The parameters behind the app and the <c>tcUrl</c>, in this order and joined by <c>&amp;</c>, without a question mark; not decoded.
    /// Adobe authentication speaks through them (<see cref="RtmpQuery.Find"/>).
    /// </summary>
    public string Query => StreamPath.From(App, TcUrl, "").Query;

    /// <summary>What the answer refers to; 1 when the client left it out.</summary>
    internal double TransactionId { get; }

    /// <summary>0, or 3 from a client that knows AMF3 too.</summary>
    internal double ObjectEncoding { get; }
}

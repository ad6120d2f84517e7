namespace MediaServer.Rtmp;

/// <summary>What a client asks for, brought into one form however it was spelled; nothing in it is validated.</summary>
/// <remarks><see cref="ToString"/> shows the names alone: queries and URLs may hold stream keys and passwords.</remarks>
public abstract class RtmpRequest
{
    private protected RtmpRequest(ConnectRequest connect, string name, uint messageStreamId)
    {
        var path = StreamPath.From(connect.App, connect.TcUrl, name);
        App = path.App;
        StreamName = path.StreamName;
        Query = path.Query;
        Connect = connect;
        MessageStreamId = messageStreamId;
    }

    /// <summary>The app's path segments, joined by single slashes; empty when the client named the stream alone.</summary>
    public string App { get; }

    /// <summary>The stream's name: the last path segment. Empty when the client named nothing at all.</summary>
    public string StreamName { get; }

    /// <summary>
    /// The parameters behind the stream's name, the app and the <c>tcUrl</c>, in this order and joined by <c>&amp;</c>, without a question
    /// mark. Not decoded: clients do not agree on encoding.
    /// </summary>
    public string Query { get; }

    /// <summary>What the client said when it connected.</summary>
    public ConnectRequest Connect { get; }

    /// <inheritdoc cref="ConnectRequest.FlashVersion"/>
    public string FlashVersion => Connect.FlashVersion;

    /// <inheritdoc cref="ConnectRequest.Capabilities"/>
    public RtmpCapabilities Capabilities => Connect.Capabilities;

    /// <summary>The message stream that the request came on, and that its answers go to.</summary>
    public uint MessageStreamId { get; }

    /// <summary>App and stream as one path, for <see cref="Media.StreamKey.TryParse"/>.</summary>
    public string Path => App.Length == 0 ? StreamName : $"{App}/{StreamName}";

    /// <summary>Finds a parameter of <see cref="Query"/>, the first of its name.</summary>
    /// <returns>Its value as sent, not decoded; <see langword="null"/> when there is none.</returns>
    public string? FindParameter(string name) => RtmpQuery.Find(Query, name);

    /// <summary>The app and the stream, and nothing that may hold a secret.</summary>
    public sealed override string ToString() => Path;
}

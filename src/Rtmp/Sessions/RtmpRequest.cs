namespace MediaServer.Rtmp;

/// <summary>What a client asks for, brought into one form however it was spelled; nothing in it is validated.</summary>
/// <remarks><see cref="ToString"/> shows the names alone: queries and URLs may hold stream keys and passwords.</remarks>
public abstract record RtmpRequest
{
    /// <summary>The app's path segments, joined by single slashes; empty when the client named the stream alone.</summary>
    public required string App { get; init; }

    /// <summary>The stream's name: the last path segment. Empty when the client named nothing at all.</summary>
    public required string StreamName { get; init; }

    /// <summary>
    /// The parameters behind the stream's name, the app and the <c>tcUrl</c>, in this order and joined by <c>&amp;</c>, without a question
    /// mark. Not decoded: clients do not agree on encoding.
    /// </summary>
    public required string Query { get; init; }

    /// <summary>The URL that the client says it connects to, as sent but for quotes around it. May hold a user and a password.</summary>
    public required string TcUrl { get; init; }

    /// <summary>The message stream that the request came on, and that its answers go to.</summary>
    public required uint MessageStreamId { get; init; }

    /// <summary>What the client says it is, such as <c>FMLE/3.0 (compatible; FMSc/1.0)</c>.</summary>
    public required string FlashVersion { get; init; }

    /// <summary>App and stream as one path, for <see cref="Media.StreamKey.TryParse"/>.</summary>
    public string Path => App.Length == 0 ? StreamName : $"{App}/{StreamName}";

    /// <summary>Finds a parameter of <see cref="Query"/>, the first of its name.</summary>
    /// <returns>Its value as sent, not decoded; <see langword="null"/> when there is none.</returns>
    public string? FindParameter(string name)
    {
        ReadOnlySpan<char> query = Query;
        foreach (Range range in query.Split('&'))
        {
            ReadOnlySpan<char> parameter = query[range];
            int equals = parameter.IndexOf('=');
            if (equals >= 0 && parameter[..equals].Equals(name, StringComparison.Ordinal))
            {
                return parameter[(equals + 1)..].ToString();
            }
        }

        return null;
    }

    /// <summary>The app and the stream, and nothing that may hold a secret.</summary>
    public sealed override string ToString() => Path;
}

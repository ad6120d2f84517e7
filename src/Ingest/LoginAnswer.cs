namespace MediaServer.Ingest;

/// <summary>The answer to <c>connect</c> of <see cref="EncoderLogin"/>. The default is a refusal.</summary>
public readonly record struct LoginAnswer
{
    /// <summary>Whether the peer is connected.</summary>
    public bool IsAccepted { get; private init; }

    /// <summary>Who the peer proved to be, as the id of its key; <see langword="null"/> when it did not log in.</summary>
    public string? User { get; private init; }

    /// <summary>What the peer's software reads in the refusal, to know how to connect again.</summary>
    public string? Description { get; private init; }

    /// <summary>What went wrong, for the log; <see langword="null"/> when the peer is only asked for the next step.</summary>
    public string? Fault { get; private init; }

    /// <summary>Lets the peer connect.</summary>
    /// <param name="user">Who it proved to be, if it did.</param>
    public static LoginAnswer Accept(string? user = null) => new() { IsAccepted = true, User = user };

    /// <summary>Asks the peer to connect again, with more.</summary>
    /// <param name="description">What it has to bring.</param>
    public static LoginAnswer Ask(string description) => new() { Description = description };

    /// <summary>Refuses a login.</summary>
    /// <param name="description">For the peer's software.</param>
    /// <param name="fault">For the log.</param>
    public static LoginAnswer Refuse(string description, string fault) => new() { Description = description, Fault = fault };
}

namespace MediaServer.Hub;

/// <summary>The answer to an <see cref="AccessRequest"/>. The default is a refusal.</summary>
public readonly record struct AccessDecision
{
    /// <summary>Whether the peer may.</summary>
    public bool IsAllowed { get; private init; }

    /// <summary>
    /// What the peer proved to have: two requests of one key have the same credential. No secret. <see langword="null"/> when the peer may
    /// without any.
    /// </summary>
    public string? Credential { get; private init; }

    /// <summary>Why the peer may not, in words that help its user and hold no secret; <see langword="null"/> when it may.</summary>
    public string? Reason { get; private init; }

    /// <summary>Lets the peer do it.</summary>
    /// <param name="credential">The name of the key it gave, if it gave one.</param>
    public static AccessDecision Allow(string? credential = null) => new() { IsAllowed = true, Credential = credential };

    /// <summary>Refuses it.</summary>
    /// <param name="reason">Shown to the peer.</param>
    public static AccessDecision Deny(string reason) => new() { Reason = reason };
}

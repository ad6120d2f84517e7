using System.Diagnostics.CodeAnalysis;
using MediaServer.Hub;

namespace MediaServer.Playback;

/// <summary>What a player asks for in its address, the same over every protocol.</summary>
/// <param name="AllTracks">All tracks of a kind, and not only the first: <c>tracks=all</c>.</param>
/// <param name="TrackMetadata">HDR metadata and channel maps, which not every player survives: <c>metadata=1</c>.</param>
/// <param name="Policy">What is to become of it when it does not keep up, <c>policy=drop-oldest</c>; else what the options say.</param>
/// <param name="MaxLag">How far it may lag, where that is less than the server allows: <c>maxlag=2s</c>.</param>
internal readonly record struct PlayerWishes(bool AllTracks, bool TrackMetadata, PlayerPolicy? Policy, TimeSpan? MaxLag)
{
    /// <summary>Reads the parameters of an address.</summary>
    /// <param name="find">Gives a parameter by its name; <see langword="null"/> when it is not there.</param>
    /// <param name="wishes">What is wished for.</param>
    /// <param name="fault">What is wrong, in words for the player's user.</param>
    /// <returns>Whether every value makes sense.</returns>
    public static bool TryRead(Func<string, string?> find, out PlayerWishes wishes, [NotNullWhen(false)] out string? fault)
    {
        PlayerPolicy? policy = null;
        TimeSpan? maxLag = null;
        fault = null;
        if (find("policy") is { } word)
        {
            policy = PlayerPolicy.TryParse(word, out PlayerPolicy known) ? known : null;
            fault = policy is null ? $"policy is {PlayerPolicy.Words}" : null;
        }

        if (find("maxlag") is { } text)
        {
            maxLag = TimeText.TryParse(text, out TimeSpan time) && time > TimeSpan.Zero ? time : null;
            fault ??= maxLag is null ? "maxlag is a time such as 500ms or 2s" : null;
        }

        wishes = new PlayerWishes(find("tracks") == "all", find("metadata") == "1", policy, maxLag);
        return fault is null;
    }

    /// <summary>What to subscribe to.</summary>
    /// <param name="kind">A <see cref="PlayerKind"/>.</param>
    /// <param name="defaultPolicy">For who wishes for none.</param>
    /// <param name="flushInterval">How long frames wait for others: a player cannot be asked to lag less than it is made to.</param>
    public SubscriptionOptions ToSubscription(string kind, PlayerPolicy defaultPolicy, FlushInterval flushInterval) => new()
    {
        Kind = kind,
        Policy = (Policy ?? defaultPolicy).Value,
        Limit = new LagLimit(Time: MaxLag is { } wish && wish < 4 * flushInterval.LongestWait ? 4 * flushInterval.LongestWait : MaxLag),
        Selection = new FrameSelection { AllTracks = AllTracks, TrackMetadata = TrackMetadata },
    };
}

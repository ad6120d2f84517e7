namespace MediaServer.Load;

/// <summary>What the bare fan-out cost: a server that does nothing but send.</summary>
internal sealed record LimitResult : LoadResult
{
    public required int Clients { get; init; }

    /// <summary>System calls that sent something.</summary>
    public required long SendCalls { get; init; }

    /// <summary>Sends left out because a socket was still full.</summary>
    public required long Skipped { get; init; }

    /// <summary>Bytes that arrived, as a share of all frames to all.</summary>
    public required double DeliveredRatio { get; init; }

    public override IEnumerable<(string Name, string Value)> Describe()
    {
        yield return ("limit", FormattableString.Invariant($"{Clients} sockets, {SendCalls:N0} sends, {Skipped:N0} left out"));
        yield return ("delivered", FormattableString.Invariant($"{MegabitsPerSecond:N1} Mbit/s, {DeliveredRatio:P1} of all frames"));
    }
}

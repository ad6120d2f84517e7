namespace MediaServer.Load;

/// <summary>Which server a scenario runs against.</summary>
internal enum ServerKind
{
    /// <summary>None: the bare fan-out.</summary>
    None,

    /// <summary>Ours, published in Release.</summary>
    Ours,

    /// <summary>nginx with its RTMP module, from Debian.</summary>
    Nginx,
}

/// <summary>What is done to the server.</summary>
internal enum LoadKind
{
    /// <summary>Nothing.</summary>
    Idle,

    /// <summary>RTMP players of one stream.</summary>
    Rtmp,

    /// <summary>HTTP-FLV players of one stream.</summary>
    HttpFlv,

    /// <summary>WebSocket-FLV players of one stream.</summary>
    WebSocketFlv,

    /// <summary>Publishers, and no player.</summary>
    Publish,

    /// <summary>The yardstick.</summary>
    Limit,
}

/// <summary>The table that a scenario stands in.</summary>
internal enum ScenarioGroup
{
    Players,
    Joins,
    Publishers,
    Stalls,
    Idle,
    OneShard,
    TwoShards,
}

/// <summary>One line of a table: a server with its options, and what is done to it.</summary>
/// <param name="Name">What <c>--only</c> calls it.</param>
/// <param name="Title">What the table calls it.</param>
/// <param name="Group">The table.</param>
/// <param name="Server">Against whom.</param>
/// <param name="Load">What is done.</param>
/// <param name="Clients">How many do it.</param>
internal sealed record Scenario(string Name, string Title, ScenarioGroup Group, ServerKind Server, LoadKind Load, int Clients)
{
    /// <summary>Options of the server.</summary>
    public IReadOnlyList<string> ServerArguments { get; init; } = [];

    /// <summary>More options of the load.</summary>
    public IReadOnlyList<string> LoadArguments { get; init; } = [];

    /// <summary>How often it is run at most.</summary>
    public int MostRuns { get; init; } = int.MaxValue;

    /// <summary>What is measured, where it is not what all do.</summary>
    public TimeSpan? Window { get; init; }
}

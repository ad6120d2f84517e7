namespace MediaServer.Load;

/// <summary>What a Gbit costs the server in CPU seconds, by the number of players.</summary>
/// <param name="Shards">Event loops that the players are spread over.</param>
/// <param name="Points">Players, and CPU seconds per Gbit.</param>
internal sealed record CostCurve(int Shards, IReadOnlyList<(int Players, double Cost)> Points)
{
    public string Title => Shards == 1 ? "1 shard" : $"{Shards} shards";

    /// <summary>The law fitted to what a CPU second delivers, in Gbit; null when there are too few points.</summary>
    public UslFit? Fit { get; } = UslFit.Of([.. Points.Select(point => ((double)point.Players, 1 / point.Cost))]);

    /// <summary>The scenario of a point.</summary>
    public string NameOf(int players) => $"curve{Shards}x{players}";
}

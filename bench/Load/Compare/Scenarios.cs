namespace MediaServer.Load;

/// <summary>All scenarios of the comparison, in the order of the tables.</summary>
internal static class Scenarios
{
    public const string Limit = "limit500";
    public const string Nginx = "rtmp500-nginx";

    private static readonly TimeSpan StallWindow = TimeSpan.FromSeconds(40);
    private static readonly string[] NoHls = ["--Hls:Enabled=false"];
    private static readonly string[] Discard = ["--discard"];

    public static IReadOnlyList<int> CurvePlayers { get; } = [1, 10, 100, 500, 1000, 2000];

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Players("rtmp500-0", "500 RTMP, flush 0", Flush("0")),
        Players("rtmp500-default", "500 RTMP, default", []),
        Players("rtmp500-default-nohls", "500 RTMP, default, HLS off", NoHls),
        Players("rtmp500-70ms", "500 RTMP, flush 70 ms", Flush("70ms")),
        Players("rtmp500-350ms", "500 RTMP, flush 350 ms", Flush("350ms")),
        Players(Nginx, "500 RTMP, nginx-rtmp", []) with { Server = ServerKind.Nginx },
        Players("flv500-default", "500 HTTP-FLV, default", []) with { Load = LoadKind.HttpFlv },
        Players("flv500-0", "500 HTTP-FLV, flush 0", Flush("0")) with { Load = LoadKind.HttpFlv },
        Players("ws500-default", "500 WebSocket-FLV, default", []) with { Load = LoadKind.WebSocketFlv },
        Players("rtmp2000-default", "2000 RTMP, default", []) with { Clients = 2000 },
        Players("rtmp2000-nginx", "2000 RTMP, nginx-rtmp", []) with { Clients = 2000, Server = ServerKind.Nginx },
        Bare(Limit, "*limit*: 500 sockets, a `sendmsg` a frame"),
        Bare("limit500-nagle", "*limit* with Nagle's algorithm", "--nagle"),
        Bare("limit500-350ms", "*limit*, merged for 350 ms", "--merge-ms", "350"),
        Joins("join1000", "1000 RTMP at 400/s", ServerKind.Ours),
        Joins("join1000-nginx", "1000 RTMP at 400/s, nginx-rtmp", ServerKind.Nginx),
        Publishers("publish500", "500 publishers of 1 Mbit/s, HLS off", ServerKind.Ours, NoHls),
        Publishers("publish500-hls", "500 publishers of 1 Mbit/s, HLS on", ServerKind.Ours, []),
        Publishers("publish500-nginx", "500 publishers of 1 Mbit/s, nginx-rtmp", ServerKind.Nginx, []),
        Stalls("stall0", "200 RTMP, nobody stops"),
        Stalls("stall100", "200 RTMP, 100 stop reading for 30 s", "--stall", "100", "--stall-at", "2", "--stall-for", "30"),
        new("idle", "nothing", ScenarioGroup.Idle, ServerKind.Ours, LoadKind.Idle, 0),
        new("idle-nginx", "nothing, nginx-rtmp", ScenarioGroup.Idle, ServerKind.Nginx, LoadKind.Idle, 0),
        .. CurvePlayers.Select(players => Curve(ScenarioGroup.OneShard, 1, players)),
        .. CurvePlayers.Select(players => Curve(ScenarioGroup.TwoShards, 2, players)),
    ];

    /// <summary>Those of a table.</summary>
    public static IEnumerable<Scenario> Of(ScenarioGroup group) => All.Where(scenario => scenario.Group == group);

    /// <summary>Those whose name is, or begins with, one of these; all for none.</summary>
    /// <exception cref="UsageException">There is none of such a name.</exception>
    public static IReadOnlyList<Scenario> Find(IReadOnlyList<string> names)
    {
        if (names.FirstOrDefault(name => !All.Any(scenario => IsCalled(scenario, name))) is { } unknown)
        {
            throw new UsageException($"No scenario is called '{unknown}'. There are {string.Join(", ", All.Select(scenario => scenario.Name))}.");
        }

        return [.. All.Where(scenario => names.Count == 0 || names.Any(name => IsCalled(scenario, name)))];
    }

    private static bool IsCalled(Scenario scenario, string name) => scenario.Name.StartsWith(name, StringComparison.Ordinal);

    private static string[] Flush(string interval) => [$"--Playback:FlushInterval={interval}"];

    private static Scenario Players(string name, string title, string[] server) =>
        new(name, title, ScenarioGroup.Players, ServerKind.Ours, LoadKind.Rtmp, 500) { ServerArguments = server, LoadArguments = Discard };

    private static Scenario Bare(string name, string title, params string[] load) =>
        new(name, title, ScenarioGroup.Players, ServerKind.None, LoadKind.Limit, 500) { LoadArguments = load };

    private static Scenario Joins(string name, string title, ServerKind server) =>
        new(name, title, ScenarioGroup.Joins, server, LoadKind.Rtmp, 1000) { LoadArguments = ["--discard", "--ramp", "400"], Window = TimeSpan.FromSeconds(2) };

    private static Scenario Publishers(string name, string title, ServerKind server, string[] arguments) =>
        new(name, title, ScenarioGroup.Publishers, server, LoadKind.Publish, 500) { ServerArguments = arguments };

    private static Scenario Stalls(string name, string title, params string[] load) =>
        new(name, title, ScenarioGroup.Stalls, ServerKind.Ours, LoadKind.Rtmp, 200) { LoadArguments = load, MostRuns = 1, Window = StallWindow };

    // Every second player goes to the other shard, however few there are: this is about what the second one costs.
    private static Scenario Curve(ScenarioGroup group, int shards, int players) =>
        new($"curve{shards}x{players}", $"{players}", group, ServerKind.Ours, LoadKind.Rtmp, players)
        {
            ServerArguments = [$"--Transport:Loops={shards}", "--Transport:ConnectionsPerLoop=1"],
            LoadArguments = Discard,
            MostRuns = 1,
        };
}

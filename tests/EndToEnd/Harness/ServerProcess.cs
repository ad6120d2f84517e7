using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace MediaServer.EndToEnd.Harness;

/// <summary>
/// The real server in a process of its own, with ports and a data folder of its own. At the end it must stop by itself when asked, with
/// exit code 0 and no error in its log: that is part of every test.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    private readonly ChildProcess _process;
    private readonly string _name;
    private readonly string _dataFolder;
    private bool _isEnded;

    private ServerProcess(ChildProcess process, string name, string dataFolder, int rtmpPort, int httpPort)
    {
        _process = process;
        _name = name;
        _dataFolder = dataFolder;
        RtmpPort = rtmpPort;
        HttpPort = httpPort;
        Http = new HttpClient { BaseAddress = new Uri($"http://localhost:{httpPort}/"), Timeout = Waiting.Limit };
    }

    public int RtmpPort { get; }

    public int HttpPort { get; }

    public HttpClient Http { get; }

    /// <summary>The lines of its log so far.</summary>
    public IReadOnlyList<string> Log => _process.Output;

    /// <summary>Memory that it has now, in bytes.</summary>
    public long ResidentBytes => 1024 * long.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal),
        CultureInfo.InvariantCulture);

    /// <summary>Files and sockets that it has open now.</summary>
    public int OpenHandles => Directory.GetFiles($"/proc/{_process.Id}/fd").Length;

    /// <summary>Starts the server and waits until it is ready.</summary>
    /// <param name="name">What its log is called among the artifacts.</param>
    /// <param name="options">Options beyond ports and data folder.</param>
    public static async Task<ServerProcess> StartAsync(string name, params string[] options)
    {
        int rtmpPort = FreePorts.Take();
        int httpPort = FreePorts.Take();
        string dataFolder = Directory.CreateTempSubdirectory("mediaserver-test-").FullName;
        ChildProcess process = Run(
            [$"--Ingest:Port={rtmpPort}", $"--Http:Port={httpPort}", $"--Server:DataFolder={dataFolder}", "--Demo:Enabled=false", .. options]);
        var server = new ServerProcess(process, name, dataFolder, rtmpPort, httpPort);
        await Waiting.UntilAsync(server.IsReadyAsync, () => $"the server is not ready. {server.Tail()}");
        return server;
    }

    /// <summary>Starts the server's executable with just these arguments, and waits for nothing.</summary>
    public static ChildProcess Run(params IEnumerable<string> arguments) => ChildProcess.Start(
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
        ["exec", Path.Combine(AppContext.BaseDirectory, "mediaserver.dll"), .. arguments],
        "https://learn.microsoft.com/dotnet/core/install/linux-debian");

    public string RtmpUrl(string stream) => $"rtmp://localhost:{RtmpPort}/live/{stream}";

    public string FlvUrl(string stream) => $"http://localhost:{HttpPort}/live/{stream}.flv";

    public string HlsUrl(string stream) => $"http://localhost:{HttpPort}/live/{stream}/index.m3u8";

    public string UrlOf(Protocol protocol, string stream) => protocol == Protocol.Rtmp ? RtmpUrl(stream) : FlvUrl(stream);

    /// <summary>Makes a key with <c>mediaserver keys add</c>, and waits until the server knows it.</summary>
    public async Task<(string Id, string Key)> AddKeyAsync(params string[] words)
    {
        await using ChildProcess keys = Run(["keys", "add", .. words, $"--Server:DataFolder={_dataFolder}"]);
        Assert.Equal(0, await keys.WaitForExitAsync(Waiting.Limit));
        await WaitForLogAsync(line => line.Contains("Keys were changed", StringComparison.Ordinal), "that tells of new keys");
        return (keys.Output[0].Split(' ')[1], keys.Output[2].Trim());
    }

    /// <summary>The names of the live streams, such as <c>live/test</c>.</summary>
    public async Task<string[]> ListAsync()
    {
        JsonElement answer = await Http.GetFromJsonAsync<JsonElement>("api/v1/streams");
        return [.. answer.GetProperty("streams").EnumerateArray().Select(stream => $"{stream.GetProperty("app")}/{stream.GetProperty("name")}")];
    }

    /// <summary>How many watch a stream over RTMP and HTTP-FLV.</summary>
    public async Task<int> CountViewersAsync(string stream)
    {
        JsonElement answer = await Http.GetFromJsonAsync<JsonElement>("api/v1/streams");
        return answer.GetProperty("streams").EnumerateArray().Where(live => live.GetProperty("name").GetString() == stream)
            .SelectMany(live => live.GetProperty("viewers").EnumerateObject())
            .Where(kind => kind.Name != "hls").Sum(kind => kind.Value.GetInt32());
    }

    /// <summary>Waits until a stream is live, or is no longer.</summary>
    public Task WaitForStreamAsync(string stream, bool isLive = true) => Waiting.UntilAsync(
        async () => (await ListAsync()).Contains($"live/{stream}") == isLive,
        () => $"live/{stream} is {(isLive ? "not live" : "still live")}. {Tail()}");

    public async Task<MetricsReading> ReadMetricsAsync() => new(await Http.GetStringAsync("metrics"));

    /// <summary>Waits for a line of the log, and gives it back.</summary>
    public async Task<string> WaitForLogAsync(Predicate<string> wanted, string what)
    {
        string? found = null;
        await Waiting.UntilAsync(
            () => Task.FromResult((found = Log.FirstOrDefault(line => wanted(line))) is not null), () => $"the log has no line {what}. {Tail()}");
        return found!;
    }

    /// <summary>Asks it to stop (SIGTERM) and waits for its exit code.</summary>
    public async Task<int> StopAsync()
    {
        _isEnded = true;
        _process.RequestEnd();
        return await _process.WaitForExitAsync(StopLimit);
    }

    /// <summary>The end of its log.</summary>
    public string Tail() => $"The server {(_process.Exited.IsCompleted ? $"ended with exit code {_process.Exited.Result}" : "runs")}. {_process.Tail()}";

    public async ValueTask DisposeAsync()
    {
        try
        {
            Assert.True(_isEnded || !_process.Exited.IsCompleted, $"The server ended on its own. {Tail()}");
            Assert.True(_isEnded || await StopAsync() == 0, $"The server did not stop in order. {Tail()}");
            Assert.DoesNotContain(Log, line => line.Contains(" error ", StringComparison.Ordinal) || line.Contains(" fatal ", StringComparison.Ordinal));
            Assert.DoesNotContain(Log, line => line.Contains(" null ", StringComparison.Ordinal)); // somebody's name that was not filled in
        }
        finally
        {
            await _process.DisposeAsync();
            await File.WriteAllLinesAsync(Artifacts.PathOf($"{_name}.log"), [.. Log, .. _process.Errors]);
            Directory.Delete(_dataFolder, recursive: true);
            Http.Dispose();
        }
    }

    private async Task<bool> IsReadyAsync()
    {
        Assert.False(_process.Exited.IsCompleted, $"The server does not start. {_process.Tail()}");
        try
        {
            using HttpResponseMessage answer = await Http.GetAsync("readyz");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // nobody listens yet
        }
    }
}

using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MediaServer.Server.Tests.Startup;

/// <summary>The real executable, started as a user would, on free ports and with a data folder of its own.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly List<string> _log = [];
    private readonly TaskCompletionSource _announced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private readonly string _folder;

    private ServerProcess(Process process, string folder)
    {
        _process = process;
        _folder = folder;
        _errors = process.StandardError.ReadToEndAsync();
        _reading = ReadLogAsync();
    }

    public Uri Http { get; private set; } = new("http://localhost");

    public int RtmpPort { get; private set; }

    public string Log
    {
        get
        {
            lock (_log)
            {
                return string.Join('\n', _log);
            }
        }
    }

    /// <summary>Starts it and waits until it says where it is.</summary>
    public static Task<ServerProcess> StartAsync(params string[] args) => StartAsync(AppContext.BaseDirectory, args);

    /// <summary>Starts the one in that folder.</summary>
    public static async Task<ServerProcess> StartAsync(string program, string[] args)
    {
        ServerProcess server = Launch(program, args);
        try
        {
            await Task.WhenAny(server._announced.Task, server._reading).WaitAsync(Patience);
            if (!server._announced.Task.IsCompleted)
            {
                throw new InvalidOperationException($"The server did not start: {await server._errors}{server.Log}");
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it where it is expected to end by itself.</summary>
    public static async Task<ServerExit> RunAsync(params string[] args)
    {
        await using ServerProcess server = Launch(AppContext.BaseDirectory, args);
        return await server.WaitForExitAsync();
    }

    /// <summary>Runs the executable once more, to do something with the data folder of this server.</summary>
    public async Task<ServerExit> RunBesideAsync(params string[] args)
    {
        await using ServerProcess other = Launch(AppContext.BaseDirectory, [.. args, $"--Server:DataFolder={Path.Combine(_folder, "data")}"]);
        return await other.WaitForExitAsync();
    }

    /// <summary>Asks it to stop, as a supervisor does.</summary>
    public async Task<ServerExit> TerminateAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        return await WaitForExitAsync();
    }

    public HttpClient CreateClient() => new() { BaseAddress = Http, Timeout = Patience };

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static ServerProcess Launch(string program, string[] args)
    {
        string folder = Directory.CreateTempSubdirectory("mediaserver-").FullName;
        string[] defaults = [$"--Server:DataFolder={Path.Combine(folder, "data")}", "--Http:Port=0", "--Ingest:Port=0"];
        var start = new ProcessStartInfo(Path.Combine(program, "mediaserver"), [.. args.TakeWhile(arg => !arg.StartsWith('-')), .. defaults, .. args.SkipWhile(arg => !arg.StartsWith('-'))])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        return new ServerProcess(Process.Start(start)!, folder);
    }

    [GeneratedRegex(@"Play:\s+rtmp://localhost:(?<rtmp>\d+)/live/NAME\s+http://localhost:(?<http>\d+)/")]
    private static partial Regex Addresses();

    private async Task<ServerExit> WaitForExitAsync()
    {
        var watch = Stopwatch.StartNew();
        using var limit = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(limit.Token);
        watch.Stop();
        await _reading;
        return new ServerExit(_process.ExitCode, await _errors, Log, watch.Elapsed);
    }

    private async Task ReadLogAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_log)
            {
                _log.Add(line);
            }

            if (Addresses().Match(line) is { Success: true } match)
            {
                RtmpPort = int.Parse(match.Groups["rtmp"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
                Http = new Uri($"http://localhost:{match.Groups["http"].Value}");
                _announced.TrySetResult();
            }
        }
    }
}

/// <summary>How a server ended.</summary>
internal sealed record ServerExit(int Code, string Errors, string Log, TimeSpan Time);

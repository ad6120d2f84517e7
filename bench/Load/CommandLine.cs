using System.Runtime.InteropServices;
using System.Text.Json;
using MediaServer.Transport;

namespace MediaServer.Load;

/// <summary>Finds the command, runs it, and says how it ended: 0 all went well, 1 a client failed or was disconnected, 2 wrong arguments.</summary>
internal static class CommandLine
{
    private const int Well = 0;
    private const int ClientsLost = 1;
    private const int Wrong = 2;

    /// <summary>How results are written.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web);

    public static int Run(string[] arguments)
    {
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return arguments switch
            {
                [] or ["help" or "--help" or "-h", ..] => Help(),
                [_, .. var rest] when rest.Contains("--help") => Help(),
                [var command, .. var rest] => Run(command, new ArgumentList(rest), stop.Token),
            };
        }
        catch (UsageException fault)
        {
            Console.Error.WriteLine($"error: {fault.Message}");
            Console.Error.WriteLine("'help' explains the commands and their options.");
            return Wrong;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static int Run(string command, ArgumentList arguments, CancellationToken stopping)
    {
        if (!Poller.IsSupported)
        {
            throw new UsageException("The load generator needs Linux on x86-64 or arm64.");
        }

        Precompiled.Prepare();
        return command switch
        {
            "play" => Play(arguments, stopping, "rtmp"),
            "flv" => Play(arguments, stopping, "http", "ws"),
            "publish" => Publish(arguments, stopping),
            "limit" => Limit(arguments, stopping),
            "sink" => Sink(arguments, stopping),
            "compare" => Compare(arguments, stopping),
            _ => throw new UsageException($"There is no command '{command}'."),
        };
    }

    private static int Play(ArgumentList arguments, CancellationToken stopping, params ReadOnlySpan<string> schemes)
    {
        PlayOptions options = PlayOptions.Parse(arguments, schemes);
        string? file = FinishParsing(arguments);
        PlayResult? result = new PlayRun(options).Run(new Progress(), stopping);
        return Tell(result, file) && result is { Failed: 0, Disconnected: 0 } ? Well : ClientsLost;
    }

    private static int Publish(ArgumentList arguments, CancellationToken stopping)
    {
        PublishOptions options = PublishOptions.Parse(arguments);
        string? file = FinishParsing(arguments);
        PublishResult? result = new PublishRun(options).Run(new Progress(), stopping);
        return Tell(result, file) && result is { Failed: 0, Disconnected: 0 } ? Well : ClientsLost;
    }

    private static string? FinishParsing(ArgumentList arguments)
    {
        string? file = arguments.Text("json");
        arguments.RejectOthers();
        return file;
    }

    private static bool Tell<T>(T? result, string? file)
        where T : LoadResult
    {
        if (result is null)
        {
            Console.Error.WriteLine("stopped before anything was measured");
            return false;
        }

        foreach ((string name, string value) in result.Describe().Concat(result.DescribeCpu()))
        {
            Console.WriteLine($"{name,-16} {value}");
        }

        if (file is not null)
        {
            File.WriteAllText(file, JsonSerializer.Serialize(result, Json) + "\n");
        }

        return true;
    }

    private static int Help()
    {
        using Stream text = typeof(CommandLine).Assembly.GetManifestResourceStream("Help.txt")!;
        using var reader = new StreamReader(text);
        Console.Write(reader.ReadToEnd());
        return Well;
    }

    private static int Limit(ArgumentList arguments, CancellationToken stopping)
    {
        LimitOptions options = LimitOptions.Parse(arguments);
        string? file = FinishParsing(arguments);
        return Tell(new LimitRun(options).Run(new Progress(), stopping), file) ? Well : ClientsLost;
    }

    private static int Sink(ArgumentList arguments, CancellationToken stopping)
    {
        Console.WriteLine(JsonSerializer.Serialize(new SinkRun(arguments).Run(stopping)));
        return Well;
    }

    private static int Compare(ArgumentList arguments, CancellationToken stopping)
    {
        CompareOptions options = CompareOptions.Parse(arguments);
        arguments.RejectOthers();
        return new Comparison(options).Run(stopping) ? Well : ClientsLost;
    }
}

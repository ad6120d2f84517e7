namespace MediaServer.Server.Startup;

/// <summary>What the executable is asked to do.</summary>
internal enum Command
{
    Run,
    Help,
    Version,
    HealthCheck,
    Keys,
}

/// <summary>The command line: <c>--Section:Name=value</c> for each option, and a few words that do something else than run the server.</summary>
/// <param name="Command">What to do.</param>
/// <param name="Words">What stands behind the command <c>keys</c>.</param>
/// <param name="Settings">Options by name; the last one of a name counts.</param>
/// <param name="Faults">What could not be understood, a sentence each.</param>
internal sealed record CommandLine(
    Command Command, IReadOnlyList<string> Words, IReadOnlyDictionary<string, string?> Settings, IReadOnlyList<string> Faults)
{
    public static CommandLine Parse(ReadOnlySpan<string> args)
    {
        var words = new List<string>();
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var faults = new List<string>();
        Command command = Command.Run;

        for (int i = 0; i < args.Length; i++)
        {
            string arg = args[i];
            int equals = arg.IndexOf('=', StringComparison.Ordinal);
            switch (arg)
            {
                case "keys" when i == 0:
                    command = Command.Keys;
                    break;
                case "--play" or "--login" or "--key" or not ['-', ..] when command == Command.Keys:
                    words.Add(arg);
                    break;
                case "--help" or "-h":
                    command = Command.Help;
                    break;
                case "--version":
                    command = Command.Version;
                    break;
                case "--healthcheck":
                    command = Command.HealthCheck;
                    break;
                case not ['-', '-', not '=', ..]:
                    faults.Add($"{arg}: options are given as --Section:Name=value (--help lists them)");
                    break;
                case var _ when equals > 0:
                    settings[arg[2..equals]] = arg[(equals + 1)..];
                    break;
                case var _ when i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal):
                    settings[arg[2..]] = args[++i];
                    break;
                default:
                    faults.Add($"{arg[2..]}: the value is missing (--Section:Name=value; --help lists the options)");
                    break;
            }
        }

        return new CommandLine(command, words, settings, faults);
    }
}

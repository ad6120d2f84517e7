using MediaServer.Server.Access;
using MediaServer.Server.Options;
using MediaServer.Server.Startup;

namespace MediaServer.Server;

/// <summary>The executable <c>mediaserver</c>: reads options, checks them all, runs the server until it is told to stop.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        var commandLine = CommandLine.Parse(args);
        switch (commandLine.Command)
        {
            case Command.Help:
                OptionHelp.Write(Console.Out);
                return 0;
            case Command.Version:
                Console.WriteLine($"mediaserver {ServerVersion.Text}");
                return 0;
        }

        var faults = new List<string>(commandLine.Faults);
        IConfigurationRoot? configuration = ServerConfiguration.TryBuild(commandLine.Settings, faults);
        if (configuration is not null)
        {
            faults.AddRange(OptionCheck.FindFaults(configuration));
        }

        if (configuration is null || faults.Count > 0)
        {
            return StartupFault.Report(faults);
        }

        return commandLine.Command switch
        {
            Command.HealthCheck => await HealthCheck.RunAsync(configuration),
            Command.Keys => ChangeKeys(configuration, commandLine.Words),
            _ => await ServerHost.RunAsync(configuration),
        };
    }

    private static int ChangeKeys(IConfiguration configuration, IReadOnlyList<string> words)
    {
        string folder = configuration.GetSection(ServerOptions.Section).Get<ServerOptions>()?.DataFolder ?? new ServerOptions().DataFolder;
        string? fault = new KeysCommand(new AccessKeyFile(folder), TimeProvider.System, Console.Out).Run(words);
        return fault is null ? 0 : StartupFault.Report([fault]);
    }
}

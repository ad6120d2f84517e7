namespace MediaServer.Server.Startup;

/// <summary>Where options come from, the later ones winning: <c>appsettings.json</c>, the environment, the command line.</summary>
internal static class ServerConfiguration
{
    /// <summary>What the names of our environment variables begin with; a double underscore stands for the colon.</summary>
    public const string EnvironmentPrefix = "MEDIASERVER_";

    private const string FileName = "appsettings.json";

    /// <summary>Reads all sources. A file that is no JSON is added to the faults, and the answer is <see langword="null"/>.</summary>
    public static IConfigurationRoot? TryBuild(IReadOnlyDictionary<string, string?> commandLine, List<string> faults)
    {
        try
        {
            return new ConfigurationBuilder()
                .SetBasePath(AppContext.BaseDirectory)
                .AddJsonFile(FileName, optional: true)
                .AddEnvironmentVariables(EnvironmentPrefix)
                .AddInMemoryCollection(commandLine)
                .Build();
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            faults.Add($"{Path.Combine(AppContext.BaseDirectory, FileName)}: {fault.GetBaseException().Message}");
            return null;
        }
    }
}

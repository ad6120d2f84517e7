using System.Reflection;
using MediaServer.Hls;
using MediaServer.Hub;
using MediaServer.Ingest;
using MediaServer.Playback;
using MediaServer.Transport;

namespace MediaServer.Server.Options;

/// <summary>One option: where it stands in the configuration, and the property it sets.</summary>
/// <param name="Section">The first part of its name.</param>
/// <param name="Property">The property; its name is the second part.</param>
/// <param name="Default">Its value when nobody sets it.</param>
internal sealed record Option(string Section, PropertyInfo Property, object? Default)
{
    /// <summary>The name as users write it, such as <c>Http:Port</c>.</summary>
    public string Name => $"{Section}:{Property.Name}";
}

/// <summary>A section of the configuration and the class that it is bound to.</summary>
internal sealed record OptionSection(string Name, Type Type)
{
    /// <summary>The options in it, in the order in which the class declares them.</summary>
    public IReadOnlyList<Option> Options { get; } = ReadOptions(Name, Type);

    private static Option[] ReadOptions(string section, Type type)
    {
        object defaults = Activator.CreateInstance(type)!;
        return [.. type.GetProperties().Where(property => property.CanWrite)
            .Select(property => new Option(section, property, property.GetValue(defaults)))];
    }
}

/// <summary>Every option there is. What is not in here is refused at start, and missing from the help.</summary>
internal static class OptionCatalog
{
    public static IReadOnlyList<OptionSection> Sections { get; } =
    [
        new(ServerOptions.Section, typeof(ServerOptions)),
        new(HttpOptions.Section, typeof(HttpOptions)),
        new("Ingest", typeof(IngestOptions)),
        new(TlsOptions.Section, typeof(TlsOptions)),
        new("Playback", typeof(PlaybackOptions)),
        new("Hls", typeof(HlsOptions)),
        new("Hub", typeof(HubOptions)),
        new("Transport", typeof(TransportOptions)),
        new(MetricsOptions.Section, typeof(MetricsOptions)),
        new(ApiOptions.Section, typeof(ApiOptions)),
        new(DemoOptions.Section, typeof(DemoOptions)),
        new(LogOptions.Section, typeof(LogOptions)),
    ];

    /// <summary>All options of all sections.</summary>
    public static IEnumerable<Option> All => Sections.SelectMany(section => section.Options);
}

using System.Reflection;

namespace MediaServer.Server.Startup;

/// <summary>The version of the build.</summary>
internal static class ServerVersion
{
    /// <summary>Such as <c>0.1.0</c>, without what the build appends.</summary>
    public static string Text { get; } =
        typeof(ServerVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}

using System.Net.Sockets;
using MediaServer.Server.Logging;
using Microsoft.AspNetCore.Connections;

namespace MediaServer.Server.Startup;

/// <summary>Tells why the server does not start: a line for each reason, on the error output.</summary>
internal static class StartupFault
{
    /// <summary>The exit code of a server that did not start.</summary>
    public const int ExitCode = 1;

    /// <summary>Writes the reasons.</summary>
    /// <returns>The exit code.</returns>
    public static int Report(IEnumerable<string> reasons)
    {
        foreach (string reason in reasons)
        {
            Console.Error.WriteLine($"mediaserver: {PlainText.Escape(reason)}");
        }

        return ExitCode;
    }

    /// <summary>The reason in one line when an exception of the start tells about the machine, and not about a bug of ours.</summary>
    /// <returns><see langword="null"/> for any other exception.</returns>
    public static string? Explain(Exception fault, int httpPort) => fault switch
    {
        AggregateException { InnerExceptions: [Exception only] } => Explain(only, httpPort),
        IOException { InnerException: AddressInUseException } => $"Cannot listen for HTTP on port {httpPort} (Http:Port): Address already in use.",
        SocketException socket => $"Cannot listen for HTTP on port {httpPort} (Http:Port): {socket.Message}.", // Kestrel lets the others through
        IOException => fault.Message,
        _ => null,
    };
}

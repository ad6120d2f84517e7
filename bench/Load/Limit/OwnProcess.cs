using System.Diagnostics;

namespace MediaServer.Load;

/// <summary>Runs this program once more, so that the CPU of each part can be told apart.</summary>
internal static class OwnProcess
{
    /// <summary>Starts it; its output is to be read, what it says of errors goes to ours.</summary>
    public static Process Start(params IReadOnlyList<string> arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "MediaServer.Load");
        return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("The program cannot be started again.");
    }
}

using System.Diagnostics;

namespace MediaServer.Server.Tests.Metrics;

/// <summary>Prometheus' own linter, where it is installed; our strict parser checks the syntax in any case.</summary>
internal static class Promtool
{
    private static readonly string? Executable =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "promtool")).FirstOrDefault(File.Exists);

    /// <returns>What it finds fault with; null when it finds nothing, or is not there.</returns>
    public static async Task<string?> CheckAsync(string metrics)
    {
        if (Executable is null)
        {
            return null;
        }

        using Process process = Process.Start(new ProcessStartInfo(Executable, ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        await process.StandardInput.WriteAsync(metrics);
        process.StandardInput.Close();
        string said = await process.StandardError.ReadToEndAsync() + await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? null : $"{said} (exit code {process.ExitCode})";
    }
}

using System.Runtime.InteropServices;

namespace MediaServer.Load;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    /// <summary>A sentence: processor, memory, kernel, runtime, and which commit.</summary>
    public static string Describe(Workspace workspace)
    {
        string processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            ?? RuntimeInformation.ProcessArchitecture.ToString();
        double memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024);
        string kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        string commit = workspace.Run("git", "git", ["describe", "--always", "--dirty"]).Trim();
        return FormattableString.Invariant(
            $"{Environment.ProcessorCount} x {processor}, {memory:0} GiB, Linux {kernel}, {RuntimeInformation.FrameworkDescription}, commit {commit}");
    }
}

using System.Text.Json.Serialization;

namespace MediaServer.Load;

/// <summary>What a server used while it was measured.</summary>
/// <param name="UserSeconds">CPU seconds in user space.</param>
/// <param name="SystemSeconds">CPU seconds in the kernel.</param>
/// <param name="Cores">CPU seconds a second.</param>
/// <param name="RssBeginMiB">Resident memory at the beginning.</param>
/// <param name="RssMeanMiB">In the middle of it.</param>
/// <param name="RssPeakMiB">At most.</param>
/// <param name="RssEndMiB">At the end.</param>
/// <param name="Threads">Threads at the end.</param>
internal sealed record Usage(
    double UserSeconds, double SystemSeconds, double Cores, double RssBeginMiB, double RssMeanMiB, double RssPeakMiB, double RssEndMiB, int Threads)
{
    [JsonIgnore]
    public double CpuSeconds => UserSeconds + SystemSeconds;
}

/// <summary>CPU of everybody while it was measured.</summary>
/// <param name="Seconds">How long that was: less than was asked for when it was stopped.</param>
/// <param name="Server">The server, if one was named.</param>
/// <param name="ClientCpuSeconds">This process.</param>
/// <param name="OtherCpuSeconds">All others of the machine, a publisher included: much of it, and the figures are worth little.</param>
internal sealed record Consumption(double Seconds, Usage? Server, double ClientCpuSeconds, double OtherCpuSeconds);

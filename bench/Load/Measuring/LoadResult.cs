using System.Text.Json.Serialization;

namespace MediaServer.Load;

/// <summary>What a run measured, whatever it did.</summary>
internal abstract record LoadResult
{
    public required string Mode { get; init; }

    /// <summary>Seconds that were measured.</summary>
    public required double WindowSeconds { get; init; }

    /// <summary>Bytes received by players, or sent by publishers.</summary>
    public required long WindowBytes { get; init; }

    /// <summary>Who used what.</summary>
    public required Consumption Cpu { get; init; }

    public double MegabitsPerSecond => WindowBytes * 8 / WindowSeconds / 1e6;

    /// <summary>CPU seconds of the server for each Gbit, if one was watched.</summary>
    public double? ServerCpuPerGbit => WindowBytes > 0 && Cpu.Server is { } server ? server.CpuSeconds / Gigabits : null;

    /// <summary>The same with the clients' own: on loopback the kernel does part of the work for one in the name of the other.</summary>
    public double? TotalCpuPerGbit => ServerCpuPerGbit + (Cpu.ClientCpuSeconds / Gigabits);

    [JsonIgnore]
    public double Gigabits => WindowBytes * 8 / 1e9;

    /// <summary>What it did, for people.</summary>
    public abstract IEnumerable<(string Name, string Value)> Describe();

    /// <summary>Who used what, for people.</summary>
    public IEnumerable<(string Name, string Value)> DescribeCpu()
    {
        if (Cpu.Server is { } server)
        {
            yield return ("server", FormattableString.Invariant(
                $"{server.Cores:0.00} cores ({server.UserSeconds:0.0} s user, {server.SystemSeconds:0.0} s system), {server.RssMeanMiB:N0} MiB (peak {server.RssPeakMiB:N0}), {server.Threads} threads"));
            yield return ("CPU per Gbit", FormattableString.Invariant($"{ServerCpuPerGbit:0.000} s server, {TotalCpuPerGbit:0.000} s with this client"));
        }

        yield return ("other CPU", FormattableString.Invariant($"{Cpu.ClientCpuSeconds:0.0} s this client, {Cpu.OtherCpuSeconds:0.0} s everybody else"));
    }
}

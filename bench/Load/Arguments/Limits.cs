namespace MediaServer.Load;

/// <summary>What one run may do at most, so that it ends by itself and fits into one process.</summary>
internal static class Limits
{
    /// <summary>Publishers or players: a process has some 20,000 descriptors on most systems, and an address 28,000 ports.</summary>
    public const int Clients = 15_000;

    /// <summary>Seconds: a day.</summary>
    public const double Seconds = 86_400;
}

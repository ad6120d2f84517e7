using System.Net;
using MediaServer.Ingest;

namespace MediaServer.Server.Access;

/// <summary>
/// Holds off addresses that tried many wrong keys: not because a key could be guessed that way, but so that nobody can fill the log and
/// keep the server hashing. Thread-safe.
/// </summary>
/// <remarks>This machine is never held off: a proxy on it would make everybody share one address.</remarks>
internal sealed class FailureLimit(TimeProvider time)
{
    private const int MaxFailures = 10;
    private const int MaxAddresses = 10_000; // remembered at once; who has more than that is not stopped by addresses

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Failures> _failures = [];
    private long? _sweptAt;

    /// <summary>Whether the address has to wait.</summary>
    /// <param name="address">The peer's.</param>
    /// <param name="wait">For how long.</param>
    public bool IsHeldOff(IPAddress address, out TimeSpan wait)
    {
        lock (_lock)
        {
            wait = _failures.TryGetValue(PeerAddress.GroupOf(address), out Failures failures) && failures.Count >= MaxFailures
                ? Window - time.GetElapsedTime(failures.Since)
                : TimeSpan.Zero;
            return wait > TimeSpan.Zero;
        }
    }

    /// <summary>Counts a wrong key.</summary>
    public void Count(IPAddress address)
    {
        if (IPAddress.IsLoopback(address))
        {
            return;
        }

        IPAddress group = PeerAddress.GroupOf(address);
        long now = time.GetTimestamp();
        lock (_lock)
        {
            if (_failures.TryGetValue(group, out Failures failures) && time.GetElapsedTime(failures.Since, now) < Window)
            {
                _failures[group] = failures with { Count = failures.Count + 1 };
            }
            else if (HasRoom(now))
            {
                _failures[group] = new Failures(1, now);
            }
        }
    }

    private bool HasRoom(long now)
    {
        bool isSweepDue = _sweptAt is not { } sweptAt || time.GetElapsedTime(sweptAt, now) >= SweepInterval;
        if (_failures.Count >= MaxAddresses && isSweepDue)
        {
            _sweptAt = now;
            foreach ((IPAddress address, Failures failures) in _failures)
            {
                if (time.GetElapsedTime(failures.Since, now) >= Window)
                {
                    _failures.Remove(address);
                }
            }
        }

        return _failures.Count < MaxAddresses;
    }

    /// <summary>Wrong keys of one address.</summary>
    /// <param name="Count">How many.</param>
    /// <param name="Since">When the first was tried.</param>
    private readonly record struct Failures(int Count, long Since);
}

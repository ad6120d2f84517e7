using System.Net;
using Microsoft.Extensions.Logging;

namespace MediaServer.Ingest;

/// <summary>How many connections there are, in all and of each address, and whether one more may come. Thread-safe.</summary>
/// <remarks>Each limit is logged when it is met and not again before there was room: a flood must not become one of lines.</remarks>
internal sealed class ConnectionLimits(IngestOptions options, IngestCounters counters, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Guest> _guests = [];
    private int _count;
    private bool _isFullReported;

    /// <summary>Lets a connection in.</summary>
    /// <param name="remote">The peer's address. This machine's own count only in all.</param>
    /// <returns>Its place, to be disposed when it has ended; <see langword="null"/> when it may not come: counted and logged.</returns>
    public IDisposable? TryEnter(IPAddress remote)
    {
        IPAddress? address = IPAddress.IsLoopback(remote) ? null : PeerAddress.GroupOf(remote);
        bool isReported;
        bool isFull;
        lock (_lock)
        {
            Guest guest = address is null ? default : _guests.GetValueOrDefault(address);
            isFull = _count >= options.MaxConnections;
            bool isRefused = isFull || guest.Count >= options.MaxConnectionsPerAddress;
            if (!isRefused)
            {
                _count++;
                counters.SetOpen(_count);
                if (address is not null)
                {
                    _guests[address] = guest with { Count = guest.Count + 1 };
                }

                return new Place(this, address);
            }

            isReported = isFull ? _isFullReported : guest.IsReported;
            _isFullReported |= isFull;
            if (!isFull)
            {
                _guests[address!] = guest with { IsReported = true };
            }
        }

        counters.CountRefused(isFull ? RefusalReason.TooManyConnections : RefusalReason.TooManyConnectionsOfAddress);
        if (!isReported && isFull)
        {
            logger.TooManyConnections(options.MaxConnections);
        }
        else if (!isReported)
        {
            logger.TooManyConnectionsOfAddress(remote, options.MaxConnectionsPerAddress);
        }

        return null;
    }

    private void Leave(IPAddress? address)
    {
        lock (_lock)
        {
            _count--;
            counters.SetOpen(_count);
            _isFullReported = false;
            if (address is null)
            {
                return;
            }

            int left = _guests[address].Count - 1;
            if (left > 0)
            {
                _guests[address] = new Guest(left, IsReported: false);
            }
            else
            {
                _guests.Remove(address); // nothing is kept of who is gone
            }
        }
    }

    /// <summary>An address that has connections.</summary>
    /// <param name="Count">How many.</param>
    /// <param name="IsReported">Whether the log knows that it wanted more than it may have.</param>
    private readonly record struct Guest(int Count, bool IsReported);

    private sealed class Place(ConnectionLimits limits, IPAddress? address) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                limits.Leave(address);
            }
        }
    }
}

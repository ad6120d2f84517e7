using System.Net;
using System.Net.Sockets;

namespace MediaServer.Ingest;

/// <summary>What counts as one address where peers are counted by address.</summary>
public static class PeerAddress
{
    private const int PrefixBytes = 8;

    /// <summary>The address itself for IPv4; the network of 64 bits for IPv6, all of which belongs to whoever has one address in it.</summary>
    public static IPAddress GroupOf(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(PrefixBytes).Clear();
        return new IPAddress(bytes);
    }
}

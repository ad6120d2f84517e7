using System.Net;
using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>Who wants to do what, in one form for all protocols.</summary>
/// <remarks><see cref="ToString"/> leaves the key out: a request may be logged.</remarks>
public sealed record AccessRequest
{
    /// <summary>What is asked for.</summary>
    public required AccessAction Action { get; init; }

    /// <summary>The stream.</summary>
    public required StreamKey Stream { get; init; }

    /// <summary>Where the peer is; an IPv4 address as such, however the socket spells it.</summary>
    public required IPAddress Address { get; init => field = value.IsIPv4MappedToIPv6 ? value.MapToIPv4() : value; }

    /// <summary>The key that the peer gave, as sent; <see langword="null"/> when it gave none.</summary>
    public string? Key { get; init; }

    /// <summary>The id of the key that the peer logged in with, which is proven; <see langword="null"/> when it did not.</summary>
    public string? LoginId { get; init; }

    /// <summary>Action, stream and address.</summary>
    public override string ToString() => $"{Action} {Stream} from {Address}";
}

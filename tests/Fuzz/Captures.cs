using MediaServer.Rtmp;

namespace MediaServer.Fuzz;

/// <summary>Bytes that real clients sent, from the tests of the RTMP library.</summary>
internal static class Captures
{
    /// <summary>C0, C1 and C2.</summary>
    public const int HandshakeBytes = 1 + (2 * HandshakeDigest.PacketBytes);

    /// <summary>All of them, whole.</summary>
    public static IReadOnlyList<byte[]> All { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Captures"), "*.bin").Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
    ];

    /// <summary>What follows the handshake.</summary>
    public static IEnumerable<byte[]> BehindHandshake => All.Select(bytes => bytes[HandshakeBytes..]);
}

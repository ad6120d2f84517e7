using System.Security.Cryptography;

namespace MediaServer.Rtmp;

/// <summary>
/// The digest that Flash Player and Flash Media Server hide in the handshake; not in the specification. Two schemas differ in where its
/// offset stands. Some players decode H.264 only behind a digest.
/// </summary>
internal static class HandshakeDigest
{
    /// <summary>Bytes of C1, S1, C2 and S2 (RTMP 1.0 §5.2.3).</summary>
    public const int PacketBytes = 1536;

    private const int DigestBytes = 32;
    private const int OffsetRange = 728; // a block of 764 bytes less the digest and the 4 bytes of its offset

    // The server's name with 32 bytes behind it signs the answer; the names alone sign the first packets.
    private static readonly byte[] ServerKey =
    [
        .. "Genuine Adobe Flash Media Server 001"u8,
        0xF0, 0xEE, 0xC2, 0x4A, 0x80, 0x68, 0xBE, 0xE8, 0x2E, 0x00, 0xD0, 0xD1, 0x02, 0x9E, 0x7E, 0x57,
        0x6E, 0xEC, 0x5D, 0x2D, 0x29, 0x80, 0x6F, 0xAB, 0x93, 0xB8, 0xE6, 0x36, 0xCF, 0xEB, 0x31, 0xAE,
    ];

    private static ReadOnlySpan<byte> ServerName => "Genuine Adobe Flash Media Server 001"u8;

    private static ReadOnlySpan<byte> PlayerName => "Genuine Adobe Flash Player 001"u8;

    /// <summary>Finds the digest of a client's C1, trying both schemas.</summary>
    /// <param name="packet">C1.</param>
    /// <param name="digest">The digest, inside the packet.</param>
    /// <param name="offsetStart">Where the schema keeps its offset; the answer uses the same schema.</param>
    /// <returns>Whether there is one that holds.</returns>
    public static bool TryFind(ReadOnlySpan<byte> packet, out ReadOnlySpan<byte> digest, out int offsetStart)
    {
        Span<byte> expected = stackalloc byte[DigestBytes];
        foreach (int candidate in (ReadOnlySpan<int>)[Schema.OffsetInSecondBlock, Schema.OffsetInFirstBlock])
        {
            int start = Locate(packet, candidate);
            Compute(packet, start, PlayerName, expected);
            digest = packet.Slice(start, DigestBytes);
            if (digest.SequenceEqual(expected))
            {
                offsetStart = candidate;
                return true;
            }
        }

        digest = default;
        offsetStart = 0;
        return false;
    }

    /// <summary>Puts the server's digest into S1.</summary>
    public static void SignServerPacket(Span<byte> packet, int offsetStart)
    {
        int start = Locate(packet, offsetStart);
        Compute(packet, start, ServerName, packet.Slice(start, DigestBytes));
    }

    /// <summary>Signs S2 as the answer to a client's digest: its last 32 bytes.</summary>
    public static void SignAnswer(Span<byte> packet, ReadOnlySpan<byte> clientDigest)
    {
        Span<byte> key = stackalloc byte[DigestBytes];
        HMACSHA256.HashData(ServerKey, clientDigest, key);
        HMACSHA256.HashData(key, packet[..^DigestBytes], packet[^DigestBytes..]);
    }

    // The offset is the sum of four bytes: whatever they are, the digest ends inside its block.
    private static int Locate(ReadOnlySpan<byte> packet, int offsetStart)
    {
        int sum = packet[offsetStart] + packet[offsetStart + 1] + packet[offsetStart + 2] + packet[offsetStart + 3];
        return (sum % OffsetRange) + offsetStart + sizeof(int);
    }

    private static void Compute(ReadOnlySpan<byte> packet, int digestStart, ReadOnlySpan<byte> key, Span<byte> destination)
    {
        Span<byte> rest = stackalloc byte[PacketBytes - DigestBytes];
        packet[..digestStart].CopyTo(rest);
        packet[(digestStart + DigestBytes)..].CopyTo(rest[digestStart..]);
        HMACSHA256.HashData(key, rest, destination);
    }

    private static class Schema
    {
        public const int OffsetInFirstBlock = 8;
        public const int OffsetInSecondBlock = 772;
    }
}

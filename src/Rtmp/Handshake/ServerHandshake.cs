using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MediaServer.Rtmp;

/// <summary>The server's side of the handshake (RTMP 1.0 §5.2), simple, or with the digest when the client sent one that holds.</summary>
internal sealed class ServerHandshake(IBufferWriter<byte> output)
{
    private const byte Version = 3;
    private static ReadOnlySpan<byte> ServerVersion => [4, 5, 0, 1]; // anything but zeros says: with digest

    private bool _isAnswered;

    /// <summary>Whether C0, C1 and C2 were read.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Reads C0 and C1 as one, answers with S0, S1 and S2, then reads C2, whose content no client gets right.</summary>
    /// <returns>How many bytes were consumed; a wrong first byte is noticed at once, without waiting for more.</returns>
    /// <exception cref="RtmpProtocolException">The peer speaks something else.</exception>
    public long Receive(ReadOnlySequence<byte> received)
    {
        long consumed = 0;
        if (!_isAnswered && !received.IsEmpty)
        {
            CheckVersion(new SequenceReader<byte>(received).CurrentSpan[0]);
            if (received.Length < 1 + HandshakeDigest.PacketBytes)
            {
                return 0;
            }

            Answer(received.Slice(1, HandshakeDigest.PacketBytes));
            _isAnswered = true;
            consumed = 1 + HandshakeDigest.PacketBytes;
        }

        if (_isAnswered && received.Length - consumed >= HandshakeDigest.PacketBytes)
        {
            consumed += HandshakeDigest.PacketBytes;
            IsDone = true;
        }

        return consumed;
    }

    private static void CheckVersion(byte version)
    {
        const byte TlsHandshake = 0x16;
        switch (version)
        {
            case Version:
                return;
            case 6 or 8 or 9:
                throw new RtmpProtocolException(CloseReason.EncryptedRtmp, "RTMPE is not supported; use RTMPS.");
            case TlsHandshake:
                throw new RtmpProtocolException(CloseReason.TlsOnRtmpPort, "The client speaks TLS; RTMPS has a port of its own.");
            case >= (byte)'A' and <= (byte)'Z':
                throw new RtmpProtocolException(CloseReason.HttpOnRtmpPort, "The client speaks HTTP on the RTMP port.");
            default:
                throw new RtmpProtocolException(CloseReason.UnsupportedVersion, $"RTMP version {version} is not supported.");
        }
    }

    private void Answer(ReadOnlySequence<byte> firstPacket)
    {
        const int VersionStart = 4;
        Span<byte> c1 = stackalloc byte[HandshakeDigest.PacketBytes];
        firstPacket.CopyTo(c1);

        Span<byte> answer = output.GetSpan(1 + (2 * HandshakeDigest.PacketBytes))[..(1 + (2 * HandshakeDigest.PacketBytes))];
        answer[0] = Version;
        Span<byte> s1 = answer.Slice(1, HandshakeDigest.PacketBytes);
        Span<byte> s2 = answer.Slice(1 + HandshakeDigest.PacketBytes, HandshakeDigest.PacketBytes);
        RandomNumberGenerator.Fill(s1);
        BinaryPrimitives.WriteUInt32BigEndian(s1, 0); // our epoch: the session begins

        bool announcesDigest = c1.Slice(VersionStart, sizeof(int)).IndexOfAnyExcept((byte)0) >= 0;
        if (announcesDigest && HandshakeDigest.TryFind(c1, out ReadOnlySpan<byte> digest, out int offsetStart))
        {
            ServerVersion.CopyTo(s1[VersionStart..]);
            HandshakeDigest.SignServerPacket(s1, offsetStart);
            RandomNumberGenerator.Fill(s2);
            HandshakeDigest.SignAnswer(s2, digest);
        }
        else
        {
            s1.Slice(VersionStart, sizeof(int)).Clear();
            c1.CopyTo(s2);
        }

        output.Advance(answer.Length);
    }
}

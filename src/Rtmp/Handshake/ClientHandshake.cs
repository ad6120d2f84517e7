using System.Buffers;
using System.Security.Cryptography;

namespace MediaServer.Rtmp;

/// <summary>The client's side of the simple handshake (RTMP 1.0 §5.2).</summary>
internal sealed class ClientHandshake(IBufferWriter<byte> output)
{
    private const byte Version = 3;
    private bool _isAnswered;

    /// <summary>Whether S0, S1 and S2 were read.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Writes C0 and C1.</summary>
    public void Start()
    {
        Span<byte> packet = output.GetSpan(1 + HandshakeDigest.PacketBytes)[..(1 + HandshakeDigest.PacketBytes)];
        packet[0] = Version;
        packet.Slice(1, 8).Clear(); // our epoch, and zeros that say: no digest
        RandomNumberGenerator.Fill(packet[9..]);
        output.Advance(packet.Length);
    }

    /// <summary>Reads S0 and S1, answers with C2, then reads S2.</summary>
    /// <returns>How many bytes were consumed.</returns>
    /// <exception cref="RtmpProtocolException">The server speaks another version.</exception>
    public long Receive(ReadOnlySequence<byte> received)
    {
        long consumed = 0;
        if (!_isAnswered && received.Length >= 1 + HandshakeDigest.PacketBytes)
        {
            byte version = new SequenceReader<byte>(received).CurrentSpan[0];
            if (version != Version)
            {
                throw new RtmpProtocolException(CloseReason.UnsupportedVersion, $"The server answers with RTMP version {version}.");
            }

            foreach (ReadOnlyMemory<byte> piece in received.Slice(1, HandshakeDigest.PacketBytes))
            {
                output.Write(piece.Span);
            }

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
}

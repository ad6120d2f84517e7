using System.Buffers;
using System.Security.Cryptography;
using MediaServer.TestKit;

namespace MediaServer.Rtmp.Tests;

public class HandshakeTests
{
    private const int PacketBytes = 1536;
    private const int HelloBytes = 1 + PacketBytes;

    [Fact]
    public void A_simple_hello_is_echoed()
    {
        byte[] hello = Hello(version: 0);

        byte[] answer = AnswerTo(hello);

        Assert.Equal(1 + (2 * PacketBytes), answer.Length);
        Assert.Equal(3, answer[0]);
        Assert.Equal(new byte[4], answer[5..9]);
        Assert.Equal(hello[1..], answer[HelloBytes..]);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(772)]
    public void A_digest_of_either_schema_is_answered_in_the_same_schema(int offsetStart)
    {
        byte[] hello = Hello(version: 9);
        byte[] digest = Sign(hello.AsSpan(1), offsetStart, "Genuine Adobe Flash Player 001"u8);

        byte[] answer = AnswerTo(hello);

        byte[] s1 = answer[1..HelloBytes];
        int start = DigestStart(s1, offsetStart);
        Assert.Equal(Digest(s1, start, "Genuine Adobe Flash Media Server 001"u8), s1[start..(start + 32)]);
        byte[] s2 = answer[HelloBytes..];
        Assert.NotEqual(hello[1..], s2);
        byte[] expected = new byte[PacketBytes];
        s2.CopyTo(expected, 0);
        HandshakeDigest.SignAnswer(expected, digest);
        Assert.Equal(expected, s2);
    }

    [Theory]
    [InlineData("ffmpeg-publish", true)]
    [InlineData("ffmpeg-play", true)]
    [InlineData("gstreamer-publish", false)]
    [InlineData("librtmp-publish", false)]
    [InlineData("rtmpdump-play", false)]
    public void Real_clients_get_a_digest_if_they_sent_one(string capture, bool expected)
    {
        byte[] answer = AnswerTo(Replay.Load(capture)[..HelloBytes]);

        Assert.Equal(expected, answer.AsSpan(5, 4).ContainsAnyExcept((byte)0));
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xFF)]
    public void A_broken_digest_with_extreme_offsets_is_answered_simply(byte fill)
    {
        byte[] hello = Hello(version: 9);
        hello.AsSpan(9, 4).Fill(fill);
        hello.AsSpan(773, 4).Fill(fill);

        Assert.Equal(hello[1..], AnswerTo(hello)[HelloBytes..]);
    }

    [Theory]
    [InlineData("16", CloseReason.TlsOnRtmpPort)]
    [InlineData("47", CloseReason.HttpOnRtmpPort)]
    [InlineData("50", CloseReason.HttpOnRtmpPort)]
    [InlineData("06", CloseReason.EncryptedRtmp)]
    [InlineData("08", CloseReason.EncryptedRtmp)]
    [InlineData("00", CloseReason.UnsupportedVersion)]
    [InlineData("FF", CloseReason.UnsupportedVersion)]
    public void The_first_byte_alone_tells_who_is_wrong_here(string hex, CloseReason expected)
    {
        using var peer = new Peer();

        Assert.Equal(expected, peer.SendAndFail(hex));
        Assert.True(peer.Session.IsClosed);
    }

    [Fact]
    public void The_handshake_may_arrive_byte_by_byte()
    {
        using var peer = new Peer();
        byte[] bytes = [.. Hello(version: 0), .. new byte[PacketBytes]];

        foreach (byte one in bytes[..^1])
        {
            peer.Send([one]);
            Assert.Equal(RtmpSessionState.Handshaking, peer.Session.State);
        }

        peer.Send([bytes[^1]]);
        Assert.Equal(RtmpSessionState.Connecting, peer.Session.State);
    }

    private static byte[] Hello(byte version)
    {
        byte[] hello = new byte[HelloBytes];
        new Random(7).NextBytes(hello);
        hello[0] = 3;
        hello.AsSpan(5, 4).Fill(version);
        return hello;
    }

    private static byte[] AnswerTo(byte[] hello)
    {
        var output = new ArrayBufferWriter<byte>();
        var handshake = new ServerHandshake(output);
        Assert.Equal(HelloBytes, handshake.Receive(Wire.Cut(hello, 0, 1, 700)));
        Assert.False(handshake.IsDone);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Sign(Span<byte> packet, int offsetStart, ReadOnlySpan<byte> key)
    {
        int start = DigestStart(packet, offsetStart);
        byte[] digest = Digest(packet, start, key);
        digest.CopyTo(packet[start..]);
        return digest;
    }

    private static int DigestStart(ReadOnlySpan<byte> packet, int offsetStart) =>
        ((packet[offsetStart] + packet[offsetStart + 1] + packet[offsetStart + 2] + packet[offsetStart + 3]) % 728) + offsetStart + 4;

    private static byte[] Digest(ReadOnlySpan<byte> packet, int start, ReadOnlySpan<byte> key) =>
        HMACSHA256.HashData(key, [.. packet[..start], .. packet[(start + 32)..]]);
}

using MediaServer.TestKit;

namespace MediaServer.Rtmp.Tests;

public sealed class CaptureTests : IDisposable
{
    private readonly LeakCheckingPool _pool = new();

    public static TheoryData<string, string> Captures => new()
    {
        { "ffmpeg-publish", "publish live/cap1" },
        { "gstreamer-publish", "publish live/gst" },
        { "librtmp-publish", "publish live/lib" },
        { "ffmpeg-play", "play live/src" },
        { "gstreamer-play", "play live/src2" },
        { "rtmpdump-play", "play live/src" },
    };

    [Theory]
    [MemberData(nameof(Captures))]
    public void What_a_real_client_sent_is_understood(string capture, string expected)
    {
        Replay replay = Replay.Whole(_pool.Pool, Replay.Load(capture));

        Assert.Equal(expected, replay.Events[0]);
        if (expected.StartsWith("publish", StringComparison.Ordinal))
        {
            Assert.StartsWith("Data 0 1 02000D40736574446174614672616D6502000A6F6E4D65746144617461", replay.Events[1], StringComparison.Ordinal);
            Assert.Contains(replay.Events, line => line.StartsWith("Video 0 1 1700000000", StringComparison.Ordinal)); // AVC configuration
            Assert.Contains(replay.Events, line => line.StartsWith("Audio 0 1 AF00", StringComparison.Ordinal)); // AAC configuration
            Assert.Contains(replay.Events, line => line.StartsWith("Video", StringComparison.Ordinal) && line.Contains(" 1 1701", StringComparison.Ordinal));
            Assert.InRange(replay.Events.Count, 8, 100);
        }
    }

    [Fact]
    public void The_key_that_ffmpeg_sends_is_found_and_not_shown()
    {
        Replay replay = Replay.Whole(_pool.Pool, Replay.Load("ffmpeg-publish"));

        Assert.Equal("secret", replay.Request!.FindParameter("key"));
        Assert.DoesNotContain("secret", replay.Request.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void It_is_understood_the_same_in_every_split(string capture, string expected)
    {
        byte[] bytes = Replay.Load(capture);
        Replay whole = Replay.Whole(_pool.Pool, bytes);
        Assert.Equal(expected, whole.Events[0]);

        for (int cut = 1; cut < bytes.Length; cut += cut is > 100 and < 3000 ? 97 : 1) // inside the handshake's noise not every one
        {
            Replay split = Replay.InPieces(_pool.Pool, bytes, cut);
            Assert.Equal(whole.Events, split.Events);
            Assert.Equal(whole.Answers, split.Answers);
        }

        Replay byteByByte = Replay.InPieces(_pool.Pool, bytes, [.. Enumerable.Range(1, bytes.Length - 1)]);
        Assert.Equal(whole.Events, byteByByte.Events);
        Assert.Equal(whole.Answers, byteByByte.Answers);
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void Damaged_it_may_end_the_session_but_nothing_else(string capture, string expected)
    {
        byte[] bytes = Replay.Load(capture);
        var random = new Random(expected.Length);
        for (int round = 0; round < 1500; round++)
        {
            byte[] damaged = Damage(bytes, random);
            int[] cuts = [.. Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(damaged.Length + 1)).Order()];
            try
            {
                Replay.InPieces(_pool.Pool, damaged, cuts);
            }
            catch (RtmpProtocolException)
            {
                // Any other exception fails the test.
            }

            Assert.Equal(0, _pool.Outstanding);
        }
    }

    public void Dispose() => _pool.Dispose();

    // Most damage is done behind the handshake, and much of it in the commands.
    private static byte[] Damage(byte[] bytes, Random random)
    {
        const int HandshakeBytes = 1 + (2 * 1536);
        var damaged = new List<byte>(bytes);
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            int from = random.Next(10) == 0 ? 0 : Math.Min(HandshakeBytes, damaged.Count - 1);
            int position = random.Next(from, random.Next(2) == 0 ? Math.Min(damaged.Count, from + 700) : damaged.Count);
            switch (random.Next(5))
            {
                case 0:
                    damaged[position] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    damaged[position] = random.Next(2) == 0 ? (byte)0xFF : (byte)random.Next(256);
                    break;
                case 2:
                    damaged.RemoveRange(position, Math.Min(random.Next(20), damaged.Count - position));
                    break;
                case 3:
                    damaged.InsertRange(position, damaged.GetRange(position, Math.Min(random.Next(40), damaged.Count - position)));
                    break;
                default:
                    damaged.RemoveRange(Math.Max(position, from + 1), damaged.Count - Math.Max(position, from + 1));
                    break;
            }
        }

        return [.. damaged];
    }
}

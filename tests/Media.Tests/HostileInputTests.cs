using System.Buffers;
using MediaServer.TestKit;

namespace MediaServer.Media.Tests;

/// <summary>Whatever a peer sends: parsers answer, in time, and never throw.</summary>
public class HostileInputTests : IDisposable
{
    private const int Rounds = 3_000;

    private static readonly byte[] AvcRecord =
        Wire.Hex("01640028FFE1001D67640028ACD940780227E5C05A808080A000007D20001D4C01E30632C001000668EBE3CB22C0FDF8F800");

    private static readonly byte[] AacRecord = Wire.Hex("138856E5A54880");
    private static readonly byte[] Sample = SampleStream.ReadTags("open-gop.flv").First(tag => tag.Kind == MediaKind.Video && tag.Body.Length > 900).Body.ToArray();
    private static readonly byte[] Tags = SampleStream.ReadBytes("audio-only.flv")[..4_000];

    private readonly LeakCheckingPool _memory = new();
    private readonly PayloadBuilder _payload;

    public HostileInputTests() => _payload = new PayloadBuilder(_memory.Pool);

    public void Dispose()
    {
        _payload.Dispose();
        _memory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void An_AVC_record_cut_off_or_damaged_anywhere() => Attack(AvcRecord, bytes =>
    {
        if (AvcConfiguration.TryParse(bytes, out AvcConfiguration? configuration))
        {
            Assert.InRange(configuration.Sequence.Width, 1, ushort.MaxValue);
            Assert.InRange(configuration.Sequence.Height, 1, ushort.MaxValue);
            Assert.False(configuration.Sequence.FrameRate is <= 0 or double.NaN);
        }
    });

    [Fact]
    public void An_AAC_record_cut_off_or_damaged_anywhere() => Attack(AacRecord, bytes =>
    {
        if (AudioSpecificConfig.TryParse(bytes, out AudioSpecificConfig? config))
        {
            Assert.InRange(config.SampleRate, 1, (1 << 24) - 1);
            Assert.InRange(config.OutputSampleRate, 1, (1 << 24) - 1);
            Assert.InRange(config.Channels, 0, 99);
        }
    });

    [Fact]
    public void A_sample_cut_off_or_damaged_anywhere() => Attack(Sample, bytes =>
    {
        _payload.Clear();
        _payload.Append(bytes);
        for (int lengthSize = 1; lengthSize <= 4; lengthSize++)
        {
            bool isWhole = AvcSample.TryClassify(_payload.Fragments, 5, lengthSize, out VideoSample sample);
            Assert.False(!isWhole && sample != default);
            Assert.False(sample is { IsRandomAccess: true, IsDisposable: true });
        }
    });

    [Fact]
    public void A_file_cut_off_or_damaged_anywhere() => Attack(Tags, bytes =>
    {
        var reader = new FlvReader();
        var rest = new ReadOnlySequence<byte>(bytes);
        long before = rest.Length;
        while (reader.Read(ref rest, out FlvTag tag) == OperationStatus.Done)
        {
            Assert.InRange(before - rest.Length, tag.Body.Length + 15, before);
            before = rest.Length;
        }
    });

    [Fact]
    public void A_parameter_set_of_nothing_but_zeros_or_ones_of_any_length()
    {
        for (int length = 0; length < 5_000; length += 1 + (length / 8))
        {
            foreach (byte filler in new byte[] { 0x00, 0xFF, 0x80, 0x55, 0xAA })
            {
                byte[] set = [.. Enumerable.Repeat(filler, length)];
                foreach (byte profile in new byte[] { 66, 100, 244 })
                {
                    bool isSet = AvcSequenceParameters.TryParse([0x67, profile, 0, 31, .. set], out AvcSequenceParameters? read);
                    Assert.True(!isSet || (read!.Width > 0 && read.Height > 0));
                }
            }
        }
    }

    // Every prefix, every flipped bit of the beginning, then seeded damage.
    private static void Attack(byte[] good, Action<byte[]> parse)
    {
        for (int length = 0; length <= Math.Min(good.Length, 1_000); length++)
        {
            parse(good[..length]);
        }

        for (int bit = 0; bit < 8 * Math.Min(good.Length, 200); bit++)
        {
            byte[] flipped = [.. good];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            parse(flipped);
        }

        Random random = RandomNumbers.Seeded();
        for (int round = 0; round < Rounds; round++)
        {
            byte[] damaged = good[..random.Next(good.Length + 1)];
            for (int i = random.Next(1, 20); i > 0 && damaged.Length > 0; i--)
            {
                damaged[random.Next(damaged.Length)] = (byte)(random.Next(4) switch { 0 => 0, 1 => 0xFF, _ => random.Next(256) });
            }

            parse(damaged);
        }
    }
}

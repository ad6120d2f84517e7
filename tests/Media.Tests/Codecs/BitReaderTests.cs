using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Codecs;

public class BitReaderTests
{
    [Fact]
    public void Numbers_of_any_width_are_read_at_any_position()
    {
        Random random = RandomNumbers.Seeded();
        (int Count, uint Value)[] numbers = [.. Enumerable.Range(0, 2_000).Select(_ => random.Next(0, 33))
            .Select(count => (count, count == 0 ? 0 : (uint)random.NextInt64(1L << 32) >> (32 - count)))];
        var written = new BitWriter();
        foreach ((int count, uint value) in numbers)
        {
            written.Bits(count, value);
        }

        var bits = new BitReader(written.ToBytes());
        foreach ((int count, uint value) in numbers)
        {
            Assert.Equal(value, bits.ReadBits(count));
        }

        Assert.False(bits.HasFailed);
        Assert.InRange(bits.Remaining, 0, 7);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(254u)]
    [InlineData(255u)]
    [InlineData(65_535u)]
    [InlineData(0x7FFFFFFFu)]
    [InlineData(0xFFFFFFFEu)]
    public void Exp_Golomb_codes_give_their_number(uint value)
    {
        var bits = new BitReader(new BitWriter().Unsigned(value, 3).ToBytes());

        Assert.Equal(value, bits.ReadUnsignedExpGolomb());
        Assert.Equal(3u, bits.ReadUnsignedExpGolomb());
        Assert.False(bits.HasFailed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(-128)]
    [InlineData(int.MaxValue)]
    [InlineData(-int.MaxValue)]
    public void Signed_Exp_Golomb_codes_give_their_number(int value)
    {
        var bits = new BitReader(new BitWriter().Signed(value, 5).ToBytes());

        Assert.Equal(value, bits.ReadSignedExpGolomb());
        Assert.Equal(5, bits.ReadSignedExpGolomb());
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("00000000")] // 32 zeros: no legal code begins so
    [InlineData("0000000080000000FF")]
    [InlineData("0000000000000000000000000000000000000000")]
    [InlineData("0001")] // ends within the code
    public void A_code_too_long_or_cut_off_fails_for_good(string hex)
    {
        var bits = new BitReader(Wire.Hex(hex));

        Assert.Equal(0u, bits.ReadUnsignedExpGolomb());
        Assert.True(bits.HasFailed);
        Assert.Equal((0, 0u, false), (bits.Remaining, bits.ReadBits(1), bits.ReadFlag()));
    }

    [Fact]
    public void Reading_or_skipping_past_the_end_fails_for_good()
    {
        var reading = new BitReader([0xFF]);
        Assert.Equal(0u, reading.ReadBits(9));
        Assert.True(reading.HasFailed);

        var skipping = new BitReader([0xFF]);
        skipping.Skip(int.MaxValue);
        Assert.True(skipping.HasFailed);
        Assert.False(skipping.ReadFlag());
    }
}

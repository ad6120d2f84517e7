using System.Buffers;
using MediaServer.TestKit;

namespace MediaServer.Rtmp.Tests;

public class Amf3Tests
{
    [Theory]
    [InlineData("00", "Undefined")]
    [InlineData("01", "Null")]
    [InlineData("02", "false")]
    [InlineData("03", "true")]
    [InlineData("04 05", "5")]
    [InlineData("04 8100", "128")]
    [InlineData("04 80818000", "32768")]
    [InlineData("04 BFFFFFFF", "268435455")]
    [InlineData("04 C0808000", "-268435456")]
    [InlineData("04 FFFFFFFF", "-1")]
    [InlineData("05 3FF8000000000000", "1.5")]
    [InlineData("06 07 616263", "Text")]
    [InlineData("06 01", "Text")]
    [InlineData("07 07 616263", "Text")] // an XML document
    [InlineData("0B 07 616263", "Text")]
    [InlineData("08 01 3FF0000000000000", "1")]
    [InlineData("09 05 01 02 03", "StrictArray(2)")]
    [InlineData("09 01 01", "StrictArray(0)")]
    [InlineData("09 01 0361 02 01", "EcmaArray(1)")]
    [InlineData("09 03 0361 02 01 03", "EcmaArray(2)")] // one by name, one by place
    [InlineData("0A 0B 01 0361 02 0362 03 01", "Structure(2)")]
    [InlineData("0A 13 01 0361 02", "Structure(1)")] // laid out by its class
    [InlineData("0A 1B 0943616D31 0361 02 0362 03 01", "Structure(2)")] // by its class, and more
    public void Values_of_every_kind_are_read(string hex, string expected)
    {
        byte[] bytes = Wire.Hex(hex);

        Assert.True(TryRead(bytes, out AmfValue value, out int consumed));

        Assert.Equal(expected, value.ToString());
        Assert.Equal(bytes.Length, consumed);
    }

    [Theory]
    [InlineData("0C 03 AA")] // a byte array
    [InlineData("0D 03 00 00000001")] // a vector
    [InlineData("11 01 00")] // a dictionary
    [InlineData("12")]
    [InlineData("FF")]
    [InlineData("08 00")] // references to objects
    [InlineData("07 00")]
    [InlineData("09 00")]
    [InlineData("0A 00")]
    [InlineData("09 05 01 0A 0B 01 01 0A 00")]
    [InlineData("0A 07 0361 AA")] // lays itself out
    [InlineData("06 00")] // a text that never was
    [InlineData("0A 05")] // a class that never was
    [InlineData("06 FFFFFFFF 61")]
    [InlineData("06 85 61")]
    [InlineData("09 FFFFFFFF 01 01")]
    [InlineData("09 C07F 01 01")]
    [InlineData("0A FFFFFFF3 01")]
    [InlineData("0A 0B 01 0361 02 0362 03")] // no end
    [InlineData("04 80")]
    public void What_lies_or_is_unknown_is_a_fault(string hex)
    {
        Assert.False(TryRead(Wire.Hex(hex), out _, out _));
    }

    [Fact]
    public void What_Flash_says_of_itself_is_understood()
    {
        // {app: "live", tcUrl: "rtmp://h/live", videoFunction: 1, list: ["live", {app: "live"}]}, each name and text there once.
        byte[] bytes = Wire.Hex(
            "0A 0B 01 07 617070 06 09 6C697665 0B 746355726C 06 1B 72746D703A2F2F682F6C697665 "
            + "1B 766964656F46756E6374696F6E 04 01 09 6C697374 09 05 01 06 02 0A 01 00 06 02 01 01");

        Assert.True(TryRead(bytes, out AmfValue value, out int consumed));

        Assert.Equal(bytes.Length, consumed);
        Assert.Equal(("live", "rtmp://h/live", 1), (value["app"].Text, value["tcUrl"].Text, value["videoFunction"].Number));
        Assert.Equal("live", value["list"].Items[0].Text);
        Assert.Equal("live", value["list"].Items[1]["app"].Text);
        Assert.Equal(4, value.Properties.Length);
    }

    [Fact]
    public void A_value_cut_short_anywhere_is_a_fault()
    {
        byte[] bytes = Wire.Hex("0A 1B 0943616D31 0361 06 07616263 0362 09 05 0363 05 3FF8000000000000 01 04 8100 08 01 3FF0000000000000 01");
        Assert.True(TryRead(bytes, out _, out _));

        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(TryRead(bytes.AsSpan(0, length), out _, out _), $"cut after {length}");
        }
    }

    [Theory]
    [InlineData("09 03 01")] // arrays
    [InlineData("0A 0B 01 0361")] // objects
    [InlineData("09 01 0361")] // associative arrays
    public void Nesting_of_100_000_levels_is_a_fault_and_not_a_stack_overflow(string level)
    {
        byte[] one = Wire.Hex(level);
        byte[] bytes = [.. Enumerable.Repeat(one, 100_000).SelectMany(bytes => bytes)];

        Assert.False(TryRead(bytes, out _, out int consumed));
        Assert.InRange(consumed, 1, 40 * one.Length);
    }

    [Fact]
    public void Nesting_in_both_formats_counts_together()
    {
        const int Half = Amf0Reader.MaxDepth / 2;
        byte[] outer = [.. Enumerable.Repeat(Wire.Hex("0A 00000001"), Half).SelectMany(bytes => bytes), 0x11];
        byte[] inner = [.. Enumerable.Repeat(Wire.Hex("09 03 01"), Half).SelectMany(bytes => bytes)];

        var reader = new Amf0Reader([.. outer, .. inner, 0x01]);
        Assert.True(reader.TryRead(out _));
        Assert.True(reader.IsAtEnd);
        reader = new Amf0Reader([.. outer, .. inner, .. Wire.Hex("09 03 01"), 0x01]);
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public void A_hundred_thousand_keys_are_a_fault_found_early()
    {
        byte[] bytes = [.. Wire.Hex("0A 0B 01"), .. Enumerable.Repeat(Wire.Hex("0361 02"), 100_000).SelectMany(bytes => bytes), 1];

        Assert.False(TryRead(bytes, out _, out int consumed));
        Assert.InRange(consumed, 1, bytes.Length / 10);
    }

    [Theory]
    [InlineData("09 FFFFFFFF 01")] // 268 million values
    [InlineData("06 FFFFFFFF")] // a text of 268 million bytes
    public void What_is_promised_is_not_allocated(string hex)
    {
        byte[] bytes = [.. Wire.Hex(hex), .. new byte[1000]];

        long allocated = Allocations.Of(() => Assert.False(TryRead(bytes, out _, out _)));

        Assert.InRange(allocated, 0, 1200); // the message, which the test made
    }

    [Fact]
    public void One_long_text_cannot_be_referred_to_without_end()
    {
        byte[] text = new byte[10_000];
        text.AsSpan().Fill((byte)'x');
        byte[] list = [.. Wire.Hex("09 87 41 01 06 81 9C 21"), .. text, .. Enumerable.Repeat(Wire.Hex("06 00"), 479).SelectMany(bytes => bytes)];

        Assert.False(TryRead(list, out _, out int consumed)); // 480 texts were promised
        Assert.InRange(consumed, text.Length, text.Length + 40);
    }

    [Fact]
    public void What_is_read_means_the_same_when_it_is_written_as_AMF0()
    {
        var random = new Random(7);
        var output = new ArrayBufferWriter<byte>();
        int read = 0;
        byte[] bytes = new byte[64];
        for (int round = 0; round < 200_000; round++)
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)(random.Next(4) == 0 ? random.Next(256) : random.Next(0x0C)); // markers, small lengths and references
            }

            if (!TryRead(bytes, out AmfValue value, out int consumed))
            {
                continue;
            }

            read++;
            Assert.InRange(consumed, 1, bytes.Length);
            output.Clear();
            Amf0Writer.Write(output, value);
            var reader = new Amf0Reader(output.WrittenSpan);
            Assert.True(reader.TryRead(out AmfValue again));
            Assert.True(reader.IsAtEnd);
            AssertSame(value, again);
        }

        Assert.InRange(read, 10_000, 200_000);
    }

    // As a message has it: behind the marker by which AMF0 switches.
    private static bool TryRead(ReadOnlySpan<byte> bytes, out AmfValue value, out int consumed)
    {
        var reader = new Amf0Reader([0x11, .. bytes]);
        bool isRead = reader.TryRead(out value);
        consumed = reader.Consumed - 1;
        return isRead;
    }

    private static void AssertSame(AmfValue expected, AmfValue actual)
    {
        Assert.Equal(expected.Kind, actual.Kind);
        Assert.Equal(expected.Text, actual.Text);
        Assert.Equal(expected.Number, actual.Number);
        Assert.Equal(expected.IsTrue, actual.IsTrue);
        Assert.Equal(expected.Properties.Select(property => property.Name), actual.Properties.Select(property => property.Name));
        Assert.Equal(expected.Items.Length, actual.Items.Length);
        foreach ((AmfProperty one, AmfProperty other) in expected.Properties.Zip(actual.Properties))
        {
            AssertSame(one.Value, other.Value);
        }

        foreach ((AmfValue one, AmfValue other) in expected.Items.Zip(actual.Items))
        {
            AssertSame(one, other);
        }
    }
}

using System.Buffers;
using System.Buffers.Binary;
using MediaServer.TestKit;

namespace MediaServer.Rtmp.Tests;

public class Amf0Tests
{
    [Theory]
    [InlineData("00 3FF0000000000000", "1")]
    [InlineData("01 01", "true")]
    [InlineData("05", "Null")]
    [InlineData("06", "Undefined")]
    [InlineData("02 0003 616263", "Text")]
    [InlineData("0C 00000003 616263", "Text")]
    [InlineData("0B 3FF0000000000000 0000", "1")]
    [InlineData("03 0001 61 05 0001 62 06 000009", "Structure(2)")]
    [InlineData("10 0003 666F6F 0001 61 05 000009", "Structure(1)")]
    [InlineData("0A 00000002 05 06", "StrictArray(2)")]
    [InlineData("08 FFFFFFFF 0001 61 05 000009", "EcmaArray(1)")] // its count is a hint
    [InlineData("03 0000 05 000009", "Structure(1)")] // an empty name is a name
    [InlineData("03 0001 61 11 09 05 01 01 01 0001 62 05 000009", "Structure(2)")] // one of its values is AMF3
    public void Values_of_every_kind_are_read(string hex, string expected)
    {
        var reader = new Amf0Reader(Wire.Hex(hex));

        Assert.True(reader.TryRead(out AmfValue value));
        Assert.True(reader.IsAtEnd);
        Assert.Equal(expected, value.ToString());
    }

    [Theory]
    [InlineData("07 0000")] // reference
    [InlineData("0D")] // unsupported
    [InlineData("11 0A 00")] // a reference in AMF3
    [InlineData("11")]
    [InlineData("FF")]
    [InlineData("02 FFFF 61")]
    [InlineData("0C FFFFFFFF 61")]
    [InlineData("0A FFFFFFFF 05")]
    [InlineData("0A 00001000 05")]
    [InlineData("03 0001 61")]
    [InlineData("03 0001 61 05 0000")]
    public void What_lies_or_is_unknown_is_a_fault(string hex)
    {
        var reader = new Amf0Reader(Wire.Hex(hex));

        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public void A_value_cut_short_anywhere_is_a_fault()
    {
        byte[] bytes = Written(Sample);

        for (int length = 0; length < bytes.Length; length++)
        {
            var reader = new Amf0Reader(bytes.AsSpan(0, length));
            Assert.False(reader.TryRead(out _), $"cut after {length}");
        }
    }

    [Fact]
    public void What_was_written_is_read_again()
    {
        byte[] bytes = Written(Sample);
        var reader = new Amf0Reader(bytes);

        Assert.True(reader.TryRead(out AmfValue value));

        Assert.Equal(bytes, Written(value));
        Assert.Equal("schön", value["name"].Text);
        Assert.Equal("schön", value["NAME"].Text);
        Assert.Equal(30_000, value["long"].Text!.Length);
        Assert.Equal(AmfKind.Undefined, value["missing"].Kind);
        Assert.Equal(1.5, value["list"].Items[1]["x"].Number);
        Assert.Equal(AmfKind.EcmaArray, value["map"].Kind);
        Assert.True(double.IsNaN(value["name"].Number));
    }

    [Theory]
    [InlineData(0x03)]
    [InlineData(0x08)]
    [InlineData(0x0A)]
    public void Nesting_of_100_000_levels_is_a_fault_and_not_a_stack_overflow(byte marker)
    {
        byte[] level = marker switch
        {
            0x03 => [0x03, 0, 1, (byte)'a'],
            0x08 => [0x08, 0, 0, 0, 1, 0, 1, (byte)'a'],
            _ => [0x0A, 0, 0, 0, 1],
        };
        byte[] bytes = [.. Enumerable.Repeat(level, 100_000).SelectMany(one => one)];
        var reader = new Amf0Reader(bytes);

        Assert.False(reader.TryRead(out _));
        Assert.InRange(reader.Consumed, 1, 40 * level.Length);
    }

    [Fact]
    public void Nesting_up_to_the_limit_is_read()
    {
        AmfValue value = AmfValue.Null;
        for (int depth = 0; depth < Amf0Reader.MaxDepth; depth++)
        {
            value = AmfValue.FromArray(value);
        }

        var reader = new Amf0Reader(Written(value));
        Assert.True(reader.TryRead(out _));
        reader = new Amf0Reader(Written(AmfValue.FromArray(value)));
        Assert.False(reader.TryRead(out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_hundred_thousand_keys_are_a_fault_found_early(bool same)
    {
        AmfProperty[] properties = [.. Enumerable.Range(0, 100_000).Select(i => new AmfProperty(same ? "key" : $"k{i}", 0))];
        byte[] bytes = Written(AmfValue.FromObject(properties));
        var reader = new Amf0Reader(bytes);

        Assert.False(reader.TryRead(out _));
        Assert.InRange(reader.Consumed, 1, bytes.Length / 10);
    }

    [Fact]
    public void An_array_that_promises_four_billion_values_allocates_nothing()
    {
        byte[] bytes = new byte[64 * 1024];
        bytes[0] = 0x0A;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), uint.MaxValue);

        Assert.Equal(0, Allocations.Of(() =>
        {
            var reader = new Amf0Reader(bytes);
            Assert.False(reader.TryRead(out _));
        }));
    }

    [Fact]
    public void Random_bytes_are_read_or_refused_but_never_throw()
    {
        var random = new Random(1);
        byte[] bytes = new byte[512];
        for (int round = 0; round < 20_000; round++)
        {
            random.NextBytes(bytes);
            bytes[0] = (byte)random.Next(0x12); // a marker, most of them
            for (int i = 1; i < 40; i++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(0x12);
            }

            var reader = new Amf0Reader(bytes);
            while (reader.TryRead(out _) && !reader.IsAtEnd)
            {
            }
        }
    }

    [Theory]
    [InlineData("", "0A 00000F00")] // 3840 items, of which the first is such an array
    [InlineData("11", "09 9E01 01")] // the same in AMF3
    public void Arrays_cost_what_is_in_them_and_not_what_they_announce(string start, string array)
    {
        const int Levels = 30;
        byte[] nest = [.. Wire.Hex(start), .. Enumerable.Repeat(Wire.Hex(array), Levels).SelectMany(level => level), .. new byte[4096]];

        long allocated = Allocations.Of(() =>
        {
            var reader = new Amf0Reader(nest);
            Assert.False(reader.TryRead(out _));
        });

        Assert.InRange(allocated, 0, 512 * 1024);
    }

    [Fact]
    public void Values_never_show_their_texts()
    {
        Assert.DoesNotContain("secret", AmfValue.FromObject(new AmfProperty("key", "secret")).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", AmfValue.FromText("secret").ToString(), StringComparison.Ordinal);
    }

    private static AmfValue Sample => AmfValue.FromObject(
        new("name", "schön"),
        new("long", new string('x', 30_000)),
        new("number", -1.25),
        new("yes", true),
        new("nothing", AmfValue.Null),
        new("undefined", default),
        new("date", AmfValue.FromDate(1e12)),
        new("list", AmfValue.FromArray(1, AmfValue.FromObject(new AmfProperty("x", 1.5)))),
        new("map", AmfValue.FromEcmaArray(new AmfProperty("", "empty name"))));

    private static byte[] Written(AmfValue value)
    {
        var output = new ArrayBufferWriter<byte>();
        Amf0Writer.Write(output, value);
        return output.WrittenSpan.ToArray();
    }
}

using System.Buffers;
using MediaServer.TestKit;

namespace MediaServer.Rtmp.Tests;

public class ScriptDataTests
{
    [Fact]
    public void Metadata_is_found_behind_its_wrapping()
    {
        var bare = new ArrayBufferWriter<byte>();
        ScriptData.WriteMetadata(bare, new AmfProperty("width", 1280));
        byte[] wrapped = [.. Wire.Hex("02 000D 40736574446174614672616D65"), .. bare.WrittenSpan];

        foreach ((byte[] payload, int expectedOffset) in new[] { (bare.WrittenSpan.ToArray(), 0), (wrapped, 16) })
        {
            Assert.True(ScriptData.TryReadName(payload, out string name, out int offset));
            Assert.Equal(ScriptData.OnMetaData, name);
            Assert.Equal(expectedOffset, offset);
            Assert.Equal(bare.WrittenSpan.ToArray(), payload[offset..]);
            Assert.True(ScriptData.TryReadMetadata(payload, out AmfValue metadata));
            Assert.Equal(1280, metadata["width"].Number);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("05")]
    [InlineData("02 0000")]
    [InlineData("02 000D 40736574446174614672616D65")]
    [InlineData("02 000A 6F6E4D657461446174")]
    public void Data_without_a_name_has_none(string hex)
    {
        Assert.False(ScriptData.TryReadName(Wire.Hex(hex), out _, out _));
        Assert.False(ScriptData.TryReadMetadata(Wire.Hex(hex), out _));
    }

    [Theory]
    [InlineData("02 000A 6F6E4D65746144617461")]
    [InlineData("02 000A 6F6E4D65746144617461 05")]
    [InlineData("02 000A 6F6E4D65746144617461 08 00000001 0001")]
    [InlineData("02 000A 6F6E54657874446174610 308000000000000 09")]
    public void Metadata_without_well_formed_properties_is_none(string hex)
    {
        Assert.False(ScriptData.TryReadMetadata(Wire.Hex(hex), out _));
    }
}

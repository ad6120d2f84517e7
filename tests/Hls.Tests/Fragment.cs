using System.Buffers.Binary;

namespace MediaServer.Hls.Tests;

/// <summary>A movie fragment, taken apart again.</summary>
internal sealed record Fragment(uint SequenceNumber, long BaseTime, IReadOnlyList<Fragment.Sample> Samples)
{
    public long EndTime => BaseTime + Samples.Sum(sample => (long)sample.Duration);

    public static Fragment Parse(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> moof = Box(file, "moof"u8);
        ReadOnlySpan<byte> traf = Box(moof, "traf"u8);
        ReadOnlySpan<byte> tfhd = Box(traf, "tfhd"u8);
        ReadOnlySpan<byte> trun = Box(traf, "trun"u8);
        uint defaults = UInt32(tfhd) & 0xFFFFFF;
        int at = 8;
        uint duration = (defaults & 0x08) != 0 ? Take(tfhd, ref at) : 0;
        uint flags = (defaults & 0x20) != 0 ? Take(tfhd, ref at) : 0;

        uint fields = UInt32(trun) & 0xFFFFFF;
        Assert.Equal(1, trun[0]);
        at = 4;
        uint count = Take(trun, ref at);
        uint dataOffset = Take(trun, ref at);
        Assert.Equal((uint)moof.Length + 8 + 8, dataOffset); // its box header, then mdat's
        var samples = new List<Sample>();
        for (int i = 0; i < count; i++)
        {
            uint sampleDuration = (fields & 0x100) != 0 ? Take(trun, ref at) : duration;
            uint length = Take(trun, ref at);
            uint sampleFlags = (fields & 0x400) != 0 ? Take(trun, ref at) : flags;
            int composition = (fields & 0x800) != 0 ? unchecked((int)Take(trun, ref at)) : 0;
            samples.Add(new Sample(sampleDuration, length, sampleFlags, composition));
        }

        Assert.Equal(Box(file, "mdat"u8).Length, samples.Sum(sample => (long)sample.LengthBytes));
        return new Fragment(UInt32(Box(moof, "mfhd"u8)[4..]), BinaryPrimitives.ReadInt64BigEndian(Box(traf, "tfdt"u8)[4..]), samples);
    }

    private static ReadOnlySpan<byte> Box(ReadOnlySpan<byte> boxes, ReadOnlySpan<byte> type)
    {
        while (!boxes.IsEmpty)
        {
            int length = (int)UInt32(boxes);
            if (boxes.Slice(4, 4).SequenceEqual(type))
            {
                return boxes[8..length];
            }

            boxes = boxes[length..];
            if (!boxes.IsEmpty && boxes.Length < 8)
            {
                break;
            }
        }

        throw new InvalidDataException($"There is no {System.Text.Encoding.ASCII.GetString(type)}.");
    }

    private static uint UInt32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32BigEndian(bytes);

    private static uint Take(ReadOnlySpan<byte> bytes, ref int at)
    {
        uint value = UInt32(bytes[at..]);
        at += 4;
        return value;
    }

    internal sealed record Sample(uint Duration, uint LengthBytes, uint Flags, int CompositionOffset);
}

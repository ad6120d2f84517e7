using System.Buffers.Binary;
using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Cmaf;

public class CmafFragmentTests
{
    [Fact]
    public void Fields_that_differ_stand_with_each_sample()
    {
        byte[] header = CmafFragment.WriteHeader(
            7,
            0x1_0000_0000,
            [
                new CmafSample(100, 3000, 6000, FrameTraits.RandomAccess),
                new CmafSample(20, 3001, -3000, FrameTraits.None),
                new CmafSample(10, 1, 0, FrameTraits.Disposable),
            ]);

        byte[] expected = Wire.Hex(
            """
            00000088 6D6F6F66
              00000010 6D666864 00000000 00000007
              00000070 74726166
                00000010 74666864 00020000 00000001
                00000014 74666474 01000000 0000000100000000
                00000044 7472756E 01000F01 00000003 00000090
                  00000BB8 00000064 02000000 00001770
                  00000BB9 00000014 01010000 FFFFF448
                  00000001 0000000A 01810000 00000000
            0000008A 6D646174
            """);
        Assert.Equal(expected, header);
    }

    [Fact]
    public void Fields_that_do_not_differ_are_said_once()
    {
        byte[] header = CmafFragment.WriteHeader(
            1, 0, [new CmafSample(300, 1024, 0, FrameTraits.RandomAccess), new CmafSample(310, 1024, 0, FrameTraits.RandomAccess)]);

        byte[] expected = Wire.Hex(
            """
            00000068 6D6F6F66
              00000010 6D666864 00000000 00000001
              00000050 74726166
                00000018 74666864 00020028 00000001 00000400 02000000
                00000014 74666474 01000000 0000000000000000
                0000001C 7472756E 01000201 00000002 00000070
                  0000012C 00000136
            0000026A 6D646174
            """);
        Assert.Equal(expected, header);
    }

    [Fact]
    public void A_fragment_that_no_box_can_hold_is_refused()
    {
        var sample = new CmafSample(int.MaxValue, 1, 0, FrameTraits.None);
        Assert.Throws<OverflowException>(() => CmafFragment.WriteHeader(1, 0, [sample, sample, sample]));
        Assert.Throws<ArgumentOutOfRangeException>(() => CmafFragment.WriteHeader(1, 0, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => CmafFragment.WriteHeader(1, -1, [sample]));
    }

    [Fact]
    public void Thousands_of_samples_keep_the_sizes_of_all_boxes_right()
    {
        CmafSample[] samples = [.. Enumerable.Range(0, 5000).Select(i => new CmafSample(i, (uint)i, i, FrameTraits.None))];
        byte[] header = CmafFragment.WriteHeader(1, 0, samples);
        uint moof = BinaryPrimitives.ReadUInt32BigEndian(header);
        Assert.Equal(header.Length - 8, (int)moof);
        Assert.Equal(8u + (5000 * 4999 / 2), BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan((int)moof)));
    }
}

namespace MediaServer.Media.Tests.Codecs;

public class HevcSequenceParametersTests
{
    [Theory]
    [InlineData(0, 64 - 3, 48 - 7)]
    [InlineData(1, 64 - 6, 48 - 14)]
    [InlineData(2, 64 - 6, 48 - 7)]
    [InlineData(3, 64 - 3, 48 - 7)]
    public void Cropping_counts_in_samples_of_chroma(uint chroma, int width, int height)
    {
        HevcSequenceParameters sequence = Parse(HevcSequence.Beginning(4, 93).WithSize(64, 48, chroma, [1, 2, 3, 4], moreBits: 2).Plain());

        Assert.Equal((width, height), (sequence.Width, sequence.Height));
        Assert.Equal(((int)chroma, 10), (sequence.ChromaFormat, sequence.LumaBitDepth));
        Assert.Null(sequence.FrameRate);
    }

    [Fact]
    public void What_sub_layers_say_of_themselves_is_passed_over()
    {
        HevcSequenceParameters sequence = Parse(HevcSequence.Beginning(2, 120, subLayersAbove: 3, id: 15).WithSize(1920, 1088, 1, [0, 0, 0, 4]).Plain(3));

        Assert.Equal((1920, 1080, 4, 15, 120), (sequence.Width, sequence.Height, sequence.SubLayers, sequence.Id, sequence.Level));
        Assert.True(sequence.IsTemporalIdNested);
    }

    [Fact]
    public void Lists_PCM_and_long_term_pictures_are_passed_over()
    {
        BitWriter bits = HevcSequence.Beginning(1, 93).WithSize(64, 64).Unsigned(4).Flag(false).Unsigned(4, 2, 0).Unsigned(0, 3, 0, 3, 1, 1);
        bits.Flag(true).Flag(true);
        for (int size = 0; size < 4; size++)
        {
            for (int matrix = 0; matrix < (size == 3 ? 2 : 6); matrix++)
            {
                bool isWritten = matrix % 2 == 0;
                bits.Flag(isWritten).Signed(!isWritten ? [] : [.. Enumerable.Repeat(-3, (size > 1 ? 1 : 0) + Math.Min(64, 16 << (2 * size)))]);
                bits.Unsigned(isWritten ? [] : [1]);
            }
        }

        bits.Flag(true).Flag(true).Flag(true).Bits(8, 0x77).Unsigned(0, 2).Flag(true); // PCM
        bits.Unsigned(0).Flag(true).Unsigned(2).Bits(9, 0x155).Bits(9, 3); // two long-term pictures, with orders of 8 bits
        bits.Flag(true).Flag(true);

        AssertUsabilityIsFound(bits);
    }

    [Fact]
    public void Usability_information_gives_colour_and_rate_behind_all_that_can_precede_them()
    {
        BitWriter bits = HevcSequence.Beginning(1, 93).WithSize(64, 64).WithBlocks().Flag(false).WithTools().Unsigned(0).WithEnd();
        bits.Flag(true).Flag(true).Bits(8, 255).Bits(32, 0x00280021).Flag(true).Flag(true) // aspect ratio, overscan
            .Flag(true).Bits(3, 5).Flag(true).Flag(true).Bits(8, 9).Bits(8, 18).Bits(8, 9)
            .Flag(true).Unsigned(0, 0) // where chroma lies
            .Flag(false).Flag(true).Flag(false) // a picture is a field
            .Flag(true).Unsigned(1, 2, 3, 4) // default display window
            .Flag(true).Bits(32, 1001).Bits(32, 60_000);

        HevcSequenceParameters sequence = Parse(bits.ToSet());

        Assert.Equal(new VideoColor(9, 18, 9, IsFullRange: true), sequence.Color);
        Assert.Equal(30_000 / 1_001.0, sequence.FrameRate!.Value, 6);
        Assert.Equal((64, 64), (sequence.Width, sequence.Height));
    }

    [Theory]
    [InlineData(0, 25)]
    [InlineData(1, 0)]
    [InlineData(1, uint.MaxValue)]
    public void A_rate_that_nobody_believes_is_none(uint unitsInTick, uint ticks)
    {
        BitWriter bits = HevcSequence.Beginning(1, 93).WithSize(64, 64).WithBlocks().Flag(false).WithTools().Unsigned(0).WithEnd();
        bits.Flag(true).Bits(4, 0).Bits(4, 0).Flag(true).Bits(32, unitsInTick).Bits(32, ticks);

        Assert.Null(Parse(bits.ToSet()).FrameRate);
    }

    [Fact]
    public void Usability_information_that_is_cut_off_counts_as_absent()
    {
        BitWriter bits = HevcSequence.Beginning(1, 93).WithSize(64, 64).WithBlocks().Flag(false).WithTools().Unsigned(0).WithEnd();
        bits.Flag(true).Flag(false).Flag(false).Flag(true).Bits(3, 5).Flag(true).Flag(true).Bits(8, 9);

        Assert.Equal(VideoColor.Unspecified, Parse(bits.ToSet()).Color);
    }

    /// <summary>Sets written at random, by a writer that knows only §7.3.7 and (7-61), (7-62): what lies behind them must be found.</summary>
    [Fact]
    public void Reference_picture_sets_are_passed_over_whatever_they_are_derived_from()
    {
        Random random = RandomNumbers.Seeded();
        for (int round = 0; round < 2_000; round++)
        {
            BitWriter bits = HevcSequence.Beginning(1, 93).WithSize(64, 64).WithBlocks().Flag(false).WithTools();
            int sets = random.Next(65);
            bits.Unsigned((uint)sets);
            List<int> before = [];
            List<int> after = [];
            for (int i = 0; i < sets; i++)
            {
                bool isDerived = i > 0 && before.Count + after.Count < 15 && random.Next(3) > 0;
                if (i > 0)
                {
                    bits.Flag(isDerived);
                }

                (before, after) = isDerived ? WriteDerived(bits, random, before, after) : WriteListed(bits, random);
            }

            AssertUsabilityIsFound(bits.WithEnd());
        }
    }

    [Theory]
    [InlineData(65)]
    [InlineData(1_000_000)]
    public void More_reference_picture_sets_than_there_can_be_are_refused(uint sets) =>
        Assert.False(HevcSequenceParameters.TryParse(
            HevcSequence.Beginning(1, 93).WithSize(64, 64).WithBlocks().Flag(false).WithTools().Unsigned(sets).WithEnd().Flag(false).Bits(32, 0).ToSet(), out _));

    [Fact]
    public void A_set_cut_off_anywhere_before_its_usability_information_is_refused()
    {
        byte[] set = HevcSequence.Beginning(1, 93, subLayersAbove: 2).WithSize(1920, 1080).Plain(2);
        for (int length = 0; length < set.Length - 1; length++)
        {
            Assert.False(HevcSequenceParameters.TryParse(set.AsSpan(0, length), out _), $"{length} bytes");
        }
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(64, 0)]
    [InlineData(65_536, 64)]
    [InlineData(64, 4_000_000_000)]
    public void A_size_that_no_sample_entry_holds_is_refused(uint width, uint height) =>
        Assert.False(HevcSequenceParameters.TryParse(HevcSequence.Beginning(1, 93).WithSize(width, height).Plain(), out _));

    [Fact]
    public void Cropping_more_than_there_is_is_refused() =>
        Assert.False(HevcSequenceParameters.TryParse(
            HevcSequence.Beginning(1, 93).WithSize(64, 64, 1, [uint.MaxValue - 1, uint.MaxValue - 1, 0, 0]).Plain(), out _));

    [Theory]
    [InlineData(0x40, 1)] // a video parameter set
    [InlineData(0x42, 9)] // of another layer
    public void Other_units_are_refused(byte first, byte second)
    {
        byte[] set = HevcSequence.Beginning(1, 93).WithSize(64, 64).Plain();
        (set[0], set[1]) = (first, second);

        Assert.False(HevcSequenceParameters.TryParse(set, out _));
    }

    private static (List<int> Before, List<int> After) WriteListed(BitWriter bits, Random random)
    {
        List<int> before = WriteDistances(random.Next(6), -1);
        List<int> after = WriteDistances(random.Next(6), 1);
        bits.Unsigned((uint)before.Count, (uint)after.Count);
        Write(before);
        Write(after);
        return (before, after);

        List<int> WriteDistances(int count, int sign)
        {
            List<int> distances = [];
            for (int i = 0; i < count; i++)
            {
                distances.Add((i == 0 ? 0 : distances[i - 1]) + (sign * random.Next(1, 5)));
            }

            return distances;
        }

        void Write(List<int> distances)
        {
            for (int i = 0; i < distances.Count; i++)
            {
                bits.Unsigned((uint)(Math.Abs(distances[i] - (i == 0 ? 0 : distances[i - 1])) - 1)).Flag(random.Next(2) == 0);
            }
        }
    }

    private static (List<int> Before, List<int> After) WriteDerived(BitWriter bits, Random random, List<int> before, List<int> after)
    {
        int move = random.Next(1, 5) * (random.Next(2) == 0 ? -1 : 1);
        bits.Flag(move < 0).Unsigned((uint)(Math.Abs(move) - 1));
        List<int> moved = [];
        foreach (int distance in (int[])[.. before, .. after, 0])
        {
            bool isUsed = random.Next(2) == 0;
            bool isKept = isUsed || random.Next(2) == 0;
            bits.Flag(isUsed);
            if (!isUsed)
            {
                bits.Flag(isKept);
            }

            if (isKept)
            {
                moved.Add(distance + move);
            }
        }

        return ([.. moved.Where(distance => distance < 0).OrderDescending()], [.. moved.Where(distance => distance > 0).Order()]);
    }

    // A rate that would hardly come out by chance.
    private static void AssertUsabilityIsFound(BitWriter bits)
    {
        bits.Flag(true).Bits(4, 0).Bits(4, 0).Flag(true).Bits(32, 1001).Bits(32, 24_000).Flag(false).Flag(false).Flag(false).Flag(false);
        Assert.Equal(24_000 / 1_001.0, Parse(bits.ToSet()).FrameRate!.Value, 6);
    }

    private static HevcSequenceParameters Parse(byte[] set)
    {
        Assert.True(HevcSequenceParameters.TryParse(set, out HevcSequenceParameters? sequence));
        return sequence;
    }
}

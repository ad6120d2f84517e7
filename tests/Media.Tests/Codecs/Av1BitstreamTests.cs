using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Codecs;

public sealed class Av1BitstreamTests : IDisposable
{
    private static readonly Av1Sequence Plain = new();
    private static readonly byte[] Delimiter = [0x12, 0x00];

    private readonly TestPayload _payload = new();
    private readonly Av1Bitstream _bitstream = new();

    public void Dispose() => _payload.Dispose();

    [Fact]
    public void A_key_frame_that_is_shown_later_is_neither_random_access_nor_disposable_then()
    {
        Assert.True(Classify(SequenceUnit(Plain), Frame(Plain.KeyFrame(isShown: true))).IsRandomAccess);
        for (byte slot = 0; slot < 8; slot++)
        {
            Assert.Equal(default, Classify(Frame(Plain.Frame(1, true, (byte)(1 << slot)))));
        }

        Assert.Equal(default, Classify(Frame(Plain.KeyFrame(isShown: false, refreshedSlots: 0b0000_1000))));
        Assert.True(Classify(Header(Av1Sequence.Show(2))).IsDisposable); // an inter frame
        Assert.Equal(default, Classify(Header(Av1Sequence.Show(3)))); // the key frame: from here on all slots hold it
        Assert.Equal(default, Classify(Header(Av1Sequence.Show(2))));
    }

    [Fact]
    public void As_long_as_nobody_knows_what_a_slot_holds_showing_it_is_not_disposable()
    {
        Classify(SequenceUnit(Plain));

        Assert.Equal(default, Classify(Header(Av1Sequence.Show(5))));
        Assert.True(Classify(Frame(Plain.Frame(1, true, 0))).IsDisposable);
    }

    [Fact]
    public void A_key_frame_behind_another_frame_is_no_random_access_point_but_a_hidden_frame_behind_it_is_no_trouble()
    {
        Classify(SequenceUnit(Plain));

        Assert.False(Classify(Frame(Plain.Frame(1, true, 1)), Frame(Plain.KeyFrame(true))).IsRandomAccess);
        Assert.True(Classify(Delimiter, Frame(Plain.KeyFrame(true)), Frame(Plain.Frame(1, false, 4))).IsRandomAccess);
    }

    [Fact]
    public void A_sample_is_disposable_if_every_frame_is()
    {
        Classify(SequenceUnit(Plain), Frame(Plain.KeyFrame(true)));

        Assert.True(Classify(Delimiter, Frame(Plain.Frame(1, true, 0)), Frame(Plain.Frame(2, true, 0))).IsDisposable);
        Assert.False(Classify(Frame(Plain.Frame(1, true, 0)), Frame(Plain.Frame(1, true, 16))).IsDisposable);
        Assert.False(Classify(Frame(Plain.Frame(3, true, 0))).IsDisposable); // a switch frame fills all slots
        Assert.False(Classify(Delimiter).IsDisposable);
        Assert.False(Classify(SequenceUnit(Plain), Frame(Plain.Frame(1, true, 0))).IsDisposable);
    }

    [Fact]
    public void A_still_picture_is_a_key_frame()
    {
        Av1Sequence still = new() { IsReducedStillPicture = true };

        Assert.Equal(new VideoSample(true, false, true), Classify(SequenceUnit(still), Frame(still.KeyFrame(true))));
    }

    [Fact]
    public void A_frame_header_that_is_cut_off_is_nothing_special()
    {
        Classify(SequenceUnit(Plain));

        Assert.Equal(default, Classify(Frame([])));
        Assert.Equal(default, Classify(Frame([0x30])));
    }

    [Theory]
    [InlineData("32 05 00000000")] // one byte past the end
    [InlineData("32 FFFFFFFFFFFFFFFF7F 00")]
    [InlineData("32 FF")]
    [InlineData("32")]
    [InlineData("36")]
    [InlineData("B2 01 00")]
    [InlineData("12 00 32")]
    public void Sizes_that_do_not_add_up_are_reported(string hex)
    {
        Assert.False(_bitstream.TryClassify(_payload.Put(Wire.Hex(hex)), TestPayload.DataOffset, out VideoSample sample));
        Assert.Equal(default, sample);
    }

    [Fact]
    public void Endless_runs_of_units_are_reported()
    {
        byte[] padding = [.. Enumerable.Repeat<byte[]>([0x7A, 0], ObuReader.MaxUnits).SelectMany(unit => unit)];

        Assert.True(_bitstream.TryClassify(_payload.Put(padding), TestPayload.DataOffset, out _));
        Assert.False(_bitstream.TryClassify(_payload.Put([.. padding, 0x7A, 0]), TestPayload.DataOffset, out _));
    }

    /// <summary>Whatever a sequence header lets frames say, which slots they fill is found: here in headers written at random after §5.9.2.</summary>
    [Fact]
    public void Frames_are_what_their_headers_say_with_every_choice_of_the_sequence_header()
    {
        Random random = RandomNumbers.Seeded();
        for (int round = 0; round < 5_000; round++)
        {
            bool hasTiming = random.Next(2) == 0;
            Av1Sequence sequence = new()
            {
                Level = (uint)random.Next(24),
                HasTiming = hasTiming,
                IsEqualInterval = random.Next(2) == 0,
                HasDecoderModel = hasTiming && random.Next(2) == 0,
                DelayBits = (uint)random.Next(1, 33),
                RemovalTimeBits = (uint)random.Next(1, 33),
                PresentationTimeBits = (uint)random.Next(1, 33),
                HasDisplayDelay = random.Next(2) == 0,
                OperatingPoints =
                [
                    .. Enumerable.Range(0, random.Next(1, 33)).Select(_ => (random.Next(4) == 0 ? 0u : (uint)random.Next(1 << 12), random.Next(2) == 0)),
                ],
                FrameIdBits = random.Next(2) == 0 ? 0 : (uint)random.Next(4, 17),
                OrderHintBits = (uint)random.Next(9),
                ScreenContent = (uint)random.Next(3),
                IsIntegerMotionSelected = random.Next(2) == 0,
            };
            uint type = (uint)random.Next(4);
            bool isShown = random.Next(2) == 0;
            byte slots = (byte)(random.Next(3) == 0 ? 0 : random.Next(256));
            (uint temporalId, uint spatialId) = ((uint)random.Next(8), (uint)random.Next(4));
            byte[] frame = sequence.Frame(type, isShown, slots, random.Next(2) == 0, (uint)random.NextInt64(1L << 32), temporalId, spatialId);
            bool fillsAll = type == 3 || (type == 0 && isShown);

            Classify(SequenceUnit(sequence));
            VideoSample sample = Classify(Av1Sequence.Unit(6, frame, temporalId, spatialId));

            Assert.Equal(new VideoSample(type == 0 && isShown, !fillsAll && slots == 0, false), sample);
        }
    }

    private static byte[] SequenceUnit(Av1Sequence sequence) => Av1Sequence.Unit(1, sequence.ToBytes());

    private static byte[] Frame(byte[] header) => Av1Sequence.Unit(6, header);

    private static byte[] Header(byte[] header) => Av1Sequence.Unit(3, header);

    private VideoSample Classify(params byte[][] units)
    {
        byte[] sample = [.. units.SelectMany(unit => unit)];
        Assert.True(_bitstream.TryClassify(_payload.Put(sample, TestPayload.DataOffset + (sample.Length / 2)), TestPayload.DataOffset, out VideoSample read));
        return read;
    }
}

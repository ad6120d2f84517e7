using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Frames;

public class MediaFrameTests : IDisposable
{
    private readonly LeakCheckingPool _memory = new();

    public void Dispose()
    {
        _memory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_frame_says_what_was_known_when_it_was_made()
    {
        MediaFrame frame = TestFrames.Create(
            _memory.Pool,
            new FrameInfo
            {
                Kind = MediaKind.Audio,
                Codec = MediaCodec.Aac,
                TrackId = 3,
                Traits = FrameTraits.RandomAccess | FrameTraits.Discontinuity,
                DataOffset = 2,
                CompositionOffset = -40,
                Dts = 30,
                ReceivedAt = 77,
            },
            [1, 2, 3]);

        Assert.Equal((MediaKind.Audio, MediaCodec.Aac, 3), (frame.Kind, frame.Codec, frame.TrackId));
        Assert.Equal((30, -40, -10), (frame.Dts, frame.CompositionOffset, frame.Pts));
        Assert.Equal((2, 77, 3), (frame.DataOffset, frame.ReceivedAt, frame.LengthBytes));
        Assert.True(frame.Is(FrameTraits.RandomAccess) && frame.Is(FrameTraits.RandomAccess | FrameTraits.Discontinuity));
        Assert.False(frame.Is(FrameTraits.RandomAccess | FrameTraits.Disposable));
        Assert.Equal(-1, frame.Offset);
        Assert.False(frame.OwnsBytes);
        frame.Release();
    }

    [Fact]
    public void Bytes_live_until_the_last_of_its_holders_lets_go()
    {
        byte[] payload = RandomNumbers.Bytes(50);
        MediaFrame frame = TestFrames.Create(_memory.Pool, payload, 10, 20, 30, 40); // five fragments: one more than fit in the frame
        Assert.Equal(5, _memory.Outstanding);

        Assert.True(frame.TryRetain());
        frame.Release();
        Assert.Equal(payload, TestFrames.Read(frame, FrameEnvelope.None));

        frame.Release();
        Assert.Equal(0, _memory.Outstanding);
        Assert.False(frame.TryRetain());
    }

    [Fact]
    public async Task Holders_on_many_threads_never_see_foreign_bytes()
    {
        for (int round = 0; round < 200; round++)
        {
            byte[] payload = RandomNumbers.Bytes(40, round);
            MediaFrame frame = TestFrames.Create(_memory.Pool, payload, 10, 20);
            using var start = new Barrier(3);
            Task[] holders = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                start.SignalAndWait();
                for (int i = 0; i < 50 && frame.TryRetain(); i++) // two that never stop would keep it alive for each other
                {
                    Assert.Equal(payload, TestFrames.Read(frame, FrameEnvelope.None));
                    frame.Release();
                }
            }))];
            start.SignalAndWait();
            frame.Release();
            await Task.WhenAll(holders);
            Assert.Equal(0, _memory.Outstanding);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(49)]
    [InlineData(50)]
    [InlineData(60)]
    public void Bytes_are_copied_from_any_index_on(int fromByte)
    {
        byte[] payload = RandomNumbers.Bytes(50);
        MediaFrame frame = TestFrames.Create(_memory.Pool, payload, 10, 20, 30, 40);
        byte[] copy = new byte[25];
        byte[] expected = [.. payload.Skip(fromByte).Take(25)];

        int copied = frame.CopyTo(copy, fromByte);

        Assert.Equal(expected.Length, copied);
        Assert.Equal(expected, copy[..copied]);
        frame.Release();
    }

    [Fact]
    public void Fragments_are_found_by_index()
    {
        MediaFrame frame = TestFrames.Create(_memory.Pool, RandomNumbers.Bytes(50), 10, 20, 30, 40, 45);

        Assert.Equal(6, frame.FragmentCount);
        Assert.Equal(RandomNumbers.Bytes(50)[45..], frame.GetFragment(5).AsSpan().ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => frame.GetFragment(6));
        Assert.Throws<ArgumentOutOfRangeException>(() => frame.GetFragment(-1));
        frame.Release();
    }

    [Fact]
    public void Configuration_owns_its_bytes_and_holds_no_slab()
    {
        byte[] payload = [1, 2, 3];
        var frame = MediaFrame.CreateOwned(TestFrames.Video(40) with { Traits = FrameTraits.SequenceHeader }, payload);
        payload[0] = 9;

        Assert.True(frame.OwnsBytes);
        Assert.Equal([1, 2, 3], TestFrames.Read(frame, FrameEnvelope.None));
        Assert.Equal(1, frame.FragmentCount);
        frame.Release();
    }

    [Fact]
    public void Configuration_sent_again_differs_in_time_alone()
    {
        var frame = MediaFrame.CreateOwned(TestFrames.Video(40) with { Traits = FrameTraits.SequenceHeader }, [1, 2, 3]);

        MediaFrame again = frame.Restamp(0x1234567);

        Assert.Equal((40, 0x1234567), (frame.Dts, again.Dts));
        Assert.True(again.Is(FrameTraits.SequenceHeader | FrameTraits.Injected));
        Assert.False(frame.Is(FrameTraits.Injected));
        Assert.True(again.HasSamePayload(frame));
        Assert.Equal(
            Wire.Hex("06 FFFFFF 000003 09 01000000 01234567 010203"),
            TestFrames.Read(again, FrameEnvelope.Rtmp));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(0x1234567)]
    public void Metadata_goes_out_at_0_whatever_its_time_or_ffmpeg_takes_it_for_subtitles(long dts)
    {
        var info = new FrameInfo { Kind = MediaKind.Data, Dts = dts, Traits = FrameTraits.Metadata };
        var frame = MediaFrame.CreateOwned(info, [1, 2, 3]);

        Assert.Equal(dts, frame.Dts);
        Assert.Equal(Wire.Hex("05 000000 000003 12 01000000 010203"), TestFrames.Read(frame, FrameEnvelope.Rtmp));
        Assert.Equal(Wire.Hex("12 000003 000000 00 000000 010203 0000000E"), TestFrames.Read(frame, FrameEnvelope.Flv));
        Assert.Equal(15, frame.GetLengthBytes(FrameEnvelope.Rtmp));
    }

    [Fact]
    public void Configuration_sent_again_does_not_break_the_timeline_again()
    {
        const FrameTraits Break = FrameTraits.Splice | FrameTraits.Discontinuity;
        var frame = MediaFrame.CreateOwned(TestFrames.Video(40) with { Traits = FrameTraits.SequenceHeader | Break }, [1, 2, 3]);

        Assert.Equal(FrameTraits.SequenceHeader | FrameTraits.Injected, frame.Restamp(80).Traits);
        Assert.True(frame.Is(Break));
    }

    [Fact]
    public void Media_is_not_sent_again()
    {
        MediaFrame frame = TestFrames.Create(_memory.Pool, [1, 2, 3]);

        Assert.Throws<InvalidOperationException>(() => frame.Restamp(1));
        frame.Release();
    }

    [Fact]
    public void A_repeated_header_is_the_same_whatever_its_time()
    {
        var header = MediaFrame.CreateOwned(TestFrames.Video(0), [1, 2, 3]);

        Assert.True(header.HasSamePayload(MediaFrame.CreateOwned(TestFrames.Video(9), [1, 2, 3])));
        Assert.False(header.HasSamePayload(MediaFrame.CreateOwned(TestFrames.Video(0), [1, 2, 4])));
        Assert.False(header.HasSamePayload(MediaFrame.CreateOwned(TestFrames.Video(0), [1, 2])));
    }
}

using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Frames;

public class FrameRunTests : IDisposable
{
    private readonly LeakCheckingPool _memory = new();
    private LogPosition _head;

    public static TheoryData<FrameEnvelope> Envelopes => [.. Enum.GetValues<FrameEnvelope>()];

    /// <summary>What needs a look for each subscriber.</summary>
    public static TheoryData<MediaKind, int, FrameTraits> Particular => new()
    {
        { MediaKind.Data, 0, FrameTraits.None },
        { MediaKind.Data, 0, FrameTraits.Metadata },
        { MediaKind.Video, 1, FrameTraits.None },
        { MediaKind.Audio, 1, FrameTraits.None },
        { MediaKind.Audio, 0, FrameTraits.SequenceHeader },
        { MediaKind.Video, 0, FrameTraits.TrackMetadata },
        { MediaKind.Video, 0, FrameTraits.Splice | FrameTraits.RandomAccess },
        { MediaKind.Video, 0, FrameTraits.Discontinuity },
        { MediaKind.Video, 0, FrameTraits.Injected | FrameTraits.SequenceHeader },
    };

    public void Dispose()
    {
        _memory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [MemberData(nameof(Envelopes))]
    public void A_run_is_the_bytes_of_its_frames_one_after_the_other(FrameEnvelope envelope)
    {
        var run = new FrameRun(envelope);
        MediaFrame[] frames = [.. Enumerable.Range(0, 100).Select(i => Publish(i % 3 == 0 ? MediaKind.Video : MediaKind.Audio, length: 7 * i))];
        byte[] expected = [.. frames.SelectMany(frame => TestFrames.Read(frame, envelope))];

        Assert.All(frames, frame => Assert.True(run.TryAdd(frame)));

        Assert.Equal(expected, BytesOf(run));
        Assert.Equal(expected.Length, run.LengthBytes);
        Assert.Equal(frames, run.Frames.ToArray());
        Assert.Equal((0, _head), (run.Start.Offset, run.End));
        run.Clear();
    }

    [Theory]
    [MemberData(nameof(Particular))]
    public void What_needs_a_look_for_each_subscriber_is_in_no_run(MediaKind kind, int track, FrameTraits traits)
    {
        var run = new FrameRun(FrameEnvelope.Rtmp);
        Assert.True(run.TryAdd(Publish(MediaKind.Video)));
        MediaFrame other = Publish(kind, track, traits);

        Assert.False(run.TryAdd(other));
        Assert.Equal(1, run.Count);
        run.Clear();
        Assert.False(run.TryAdd(other));
        other.Release();
    }

    [Fact]
    public void A_run_has_no_gap_and_no_frame_that_is_in_no_log()
    {
        var run = new FrameRun(FrameEnvelope.Flv);
        MediaFrame first = Publish(MediaKind.Video);
        MediaFrame skipped = Publish(MediaKind.Audio);
        MediaFrame third = Publish(MediaKind.Video);
        MediaFrame unpublished = TestFrames.Create(_memory.Pool, [1]);

        Assert.False(run.TryAdd(unpublished));
        Assert.True(run.TryAdd(first));
        Assert.False(run.TryAdd(third));
        Assert.False(run.TryAdd(unpublished));
        Assert.True(run.TryAdd(skipped));
        Assert.True(run.TryAdd(third));
        run.Clear();
        unpublished.Release();
    }

    [Fact]
    public void A_run_takes_one_long_frame_and_ends_before_it_gets_long()
    {
        var run = new FrameRun(FrameEnvelope.Rtmp);
        MediaFrame small = Publish(MediaKind.Video, length: 100);
        MediaFrame large = Publish(MediaKind.Video, length: FrameRun.MaxLengthBytes);

        Assert.True(run.TryAdd(small));
        Assert.False(run.TryAdd(large));
        run.Clear();
        Assert.True(run.TryAdd(large));
        Assert.Equal(large.GetLengthBytes(FrameEnvelope.Rtmp), run.LengthBytes);
        run.Clear();
    }

    [Fact]
    public void A_run_fits_into_one_call_however_its_frames_are_scattered()
    {
        var run = new FrameRun(FrameEnvelope.Rtmp);
        int added = 0;
        MediaFrame next = Scattered();
        while (run.TryAdd(next))
        {
            added++;
            next = Scattered();
        }

        Assert.Equal(FrameRun.MaxVectors / next.GetVectorCount(FrameEnvelope.Rtmp), added);
        run.Clear();
        Assert.True(run.TryAdd(next));
        run.Clear();

        MediaFrame Scattered() => Place(TestFrames.Create(_memory.Pool, RandomNumbers.Bytes(70), 10, 20, 30, 40, 50, 60));
    }

    [Fact]
    public void A_run_has_so_many_frames_and_no_more()
    {
        var run = new FrameRun(FrameEnvelope.Rtmp);
        Assert.All(Enumerable.Range(0, FrameRun.MaxFrames), _ => Assert.True(run.TryAdd(Publish(MediaKind.Audio, length: 1))));
        MediaFrame next = Publish(MediaKind.Audio);

        Assert.False(run.TryAdd(next));
        run.Clear();
        next.Release();
    }

    [Fact]
    public void A_run_holds_its_frames_until_it_is_cleared_and_is_used_again_without_allocating()
    {
        var run = new FrameRun(FrameEnvelope.Rtmp);
        MediaFrame[] frames = [.. Enumerable.Range(0, 200).Select(_ => Publish(MediaKind.Audio, length: 5))];
        Assert.Equal(0, Allocations.Of(() =>
        {
            foreach (MediaFrame frame in frames)
            {
                _ = frame.TryRetain() && run.TryAdd(frame);
            }

            run.Clear();
        }));
        Assert.Equal((0, 0, 0), (run.Count, run.LengthBytes, run.Vectors.Length));
        Assert.Equal(LogPosition.None, run.Start);

        Assert.All(frames, frame => Assert.True(run.TryAdd(frame)));
        Assert.All(frames, frame => Assert.True(frame.TryRetain()));
        Assert.All(frames, frame => frame.Release());
        run.Clear();
        Assert.All(frames, frame => Assert.False(frame.TryRetain()));
    }

    private static byte[] BytesOf(FrameRun run)
    {
        var bytes = new List<byte>();
        foreach (IoVector vector in run.Vectors)
        {
            bytes.AddRange(vector.AsSpan());
        }

        return [.. bytes];
    }

    private MediaFrame Publish(MediaKind kind, int track = 0, FrameTraits traits = FrameTraits.None, int length = 10)
    {
        var info = new FrameInfo { Kind = kind, TrackId = (byte)track, Traits = traits };
        return Place(TestFrames.Create(_memory.Pool, info, RandomNumbers.Bytes(length)));
    }

    private MediaFrame Place(MediaFrame frame)
    {
        frame.Position = _head;
        _head = _head.After(frame);
        return frame;
    }
}

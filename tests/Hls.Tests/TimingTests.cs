using MediaServer.Media;

namespace MediaServer.Hls.Tests;

public class TimingTests
{
    [Fact]
    public void Ten_minutes_of_audio_stay_in_line_with_the_picture_without_a_hole_or_an_overlap()
    {
        using StreamRun run = SegmenterTests.Configured();
        const int Minutes = 10;
        long audioSamples = 0;
        for (long frame = 0; frame < Minutes * 60 * 30; frame++)
        {
            long dts = (long)Math.Round(frame * 1000 / 30.0);
            run.Video(dts, isKey: frame % 60 == 0, bytes: 20);
            for (; Math.Round(audioSamples * 1024 * 1000 / 44100.0) <= dts; audioSamples++)
            {
                run.Audio((long)Math.Round(audioSamples * 1024 * 1000 / 44100.0), bytes: 20);
            }
        }

        run.End();
        long sample = 0;
        foreach (Fragment fragment in Fragments(run, "audio", 44100))
        {
            long time = fragment.BaseTime;
            foreach (Fragment.Sample described in fragment.Samples)
            {
                double published = Math.Round(sample * 1024 * 1000 / 44100.0) / 1000;
                Assert.InRange((time / 44100.0) - published, -0.025, 0.025);
                time += described.Duration;
                sample++;
            }
        }

        Assert.Equal(audioSamples, sample);
        long picture = 0;
        foreach (Fragment fragment in Fragments(run, "video", 90000))
        {
            Assert.InRange((fragment.BaseTime / 90000.0) - (picture / 30.0), -0.001, 0.001);
            picture += fragment.Samples.Count;
        }

        Assert.Equal(Minutes * 60 * 30, picture);
    }

    [Fact]
    public void Audio_whose_clock_runs_slow_is_put_in_line_after_a_second_of_being_off()
    {
        using StreamRun run = SegmenterTests.Configured();
        for (int i = 0; i < 3000; i++)
        {
            long dts = i * 24; // 1024 samples of 44.1 kHz last 23.2 ms
            if (i % 5 == 0)
            {
                run.Video(dts, isKey: i % 100 == 0, bytes: 20);
            }

            run.Audio(dts, bytes: 20);
        }

        run.End();
        int sample = 0;
        foreach (Fragment fragment in Fragments(run, "audio", 44100))
        {
            Assert.InRange((fragment.BaseTime / 44100.0) - (sample * 0.024), -0.11, 0.04); // 40 ms, and what a second of patience adds
            sample += fragment.Samples.Count;
        }
    }

    [Fact]
    public void Audio_that_comes_too_fast_loses_samples_until_it_is_in_line()
    {
        using StreamRun run = SegmenterTests.Configured();
        for (int i = 0; i < 3000; i++)
        {
            long dts = i * 20;
            if (i % 5 == 0)
            {
                run.Video(dts, isKey: i % 100 == 0, bytes: 20);
            }

            run.Audio(dts, bytes: 20);
        }

        run.End();
        Assert.InRange(run.Counters.FramesLeftOut, 3000 * 0.11, 3000 * 0.16); // 20 of 23.2 ms
        Fragment last = Fragments(run, "audio", 44100).Last();
        Assert.InRange(last.EndTime / 44100.0, 59.9, 60.3);
    }

    [Fact]
    public void Frames_with_the_same_time_get_a_tick_each()
    {
        using StreamRun run = SegmenterTests.Configured();
        foreach (long dts in (long[])[0, 40, 40, 40, 80, 120])
        {
            run.Video(dts, isKey: dts == 0);
        }

        SegmenterTests.PublishVideo(run, 160, 6_000, 2_000);
        Fragment first = run.FragmentOf("video_1.m4s");
        Assert.Equal([40 * 90u, 1, 1, (40 * 90) - 2, 40 * 90], first.Samples.Take(5).Select(sample => sample.Duration));
    }

    [Fact]
    public void Nothing_is_presented_before_time_zero()
    {
        using StreamRun run = SegmenterTests.Configured();
        run.Configure("bframes.flv");
        run.Publish(MediaFrame.CreateOwned(
            new FrameInfo
            {
                Kind = MediaKind.Video,
                Codec = MediaCodec.Avc,
                DataOffset = 5,
                Traits = FrameTraits.RandomAccess,
                CompositionOffset = -8_388_608,
            },
            new byte[100]));
        SegmenterTests.PublishVideo(run, 40, 6_000, 2_000);
        run.End();
        Assert.Equal(0, run.FragmentOf("video_1.m4s").Samples[0].CompositionOffset);
    }

    private static IEnumerable<Fragment> Fragments(StreamRun run, string track, int timescale)
    {
        long? end = null;
        for (int number = 1; run.Files.TryGetValue($"{track}_{number}.m4s", out byte[]? file); number++)
        {
            Fragment fragment = Fragment.Parse(file);
            Assert.Equal((uint)number, fragment.SequenceNumber);
            Assert.Equal(end ?? fragment.BaseTime, fragment.BaseTime); // no hole, no overlap, in a timescale of its own
            Assert.InRange(fragment.EndTime - fragment.BaseTime, 1, 11L * timescale);
            end = fragment.EndTime;
            yield return fragment;
        }

        Assert.NotNull(end);
    }
}

using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Timing;

/// <summary>What must hold for every publisher, drawn from seeds. Arrival and timestamps move together, with jitter.</summary>
public class TimelinePropertyTests
{
    private const int Sessions = 400;

    private static readonly (MediaKind Kind, byte Track, double Frame)[] Tracks =
        [(MediaKind.Video, 0, 1000.0 / 30), (MediaKind.Audio, 0, 1024_000.0 / 44_100), (MediaKind.Audio, 1, 20)];

    [Fact]
    public void Common_jumps_keep_lip_sync_break_once_and_take_no_time()
    {
        long jumps = 0;
        for (int seed = 0; seed < Sessions; seed++)
        {
            jumps += PlayJumps(seed);
        }

        Assert.True(jumps > 2 * Sessions, "hardly any session jumped: the test tests nothing");
    }

    [Fact]
    public void Whatever_the_timestamps_no_track_goes_back_and_none_runs_away()
    {
        for (int seed = 0; seed < Sessions; seed++)
        {
            var random = new Random(seed);
            var time = new ManualTimeProvider();
            var timeline = new Timeline(time, continueAfter: random.Next(3) == 0 ? random.Next() : -1);
            var last = new Dictionary<(MediaKind, byte), long>();
            long arrival = 0;
            long first = -1;
            uint clock = (uint)random.NextInt64(uint.MaxValue);
            for (int i = 1; i <= 500; i++)
            {
                arrival += random.Next(20) == 0 ? random.Next(5_000) : random.Next(40);
                clock = random.Next(10) switch
                {
                    0 => (uint)random.NextInt64(uint.MaxValue),
                    1 => unchecked(clock - (uint)random.Next(3_000)),
                    2 => clock & 0xFFFFFF,
                    _ => unchecked(clock + (uint)random.Next(60)),
                };
                (MediaKind Kind, byte Track) track = ((MediaKind)random.Next(3), (byte)(random.Next(8) == 0 ? random.Next(256) : 0));
                long dts = timeline.Place(track.Kind, track.Track, clock, arrival * TimeSpan.TicksPerMillisecond).Dts;
                first = first < 0 && track.Kind != MediaKind.Data ? dts : first;

                Assert.True(dts >= last.GetValueOrDefault(track), $"seed {seed}: frame {i} goes back");
                last[track] = dts;
                const long BeginSlack = 10_000;
                const long Step = 2_100; // a frame may be as far ahead of what arrival explains
                Assert.True(first < 0 || dts <= first + arrival + BeginSlack + (i * Step), $"seed {seed}: frame {i} runs away");
            }
        }
    }

    /// <summary>A session of 20 s whose clock jumps now and then for all tracks at once.</summary>
    private static int PlayJumps(int seed)
    {
        var random = new Random(seed);
        var time = new ManualTimeProvider();
        var timeline = new Timeline(time);
        (long Time, int Track)[] frames = [.. Tracks
            .SelectMany((track, index) => Enumerable.Range(0, (int)(20_000 / track.Frame)).Select(i => ((long)(i * track.Frame), index)))
            .OrderBy(frame => frame.Item1)];
        long[] last = new long[Tracks.Length];
        long offset = random.NextInt64(uint.MaxValue); // some begin just before a wrap
        long shift = 0;      // of the timeline against true time, since the last jump
        long jumpedAt = -1;
        bool hasShift = false;
        long delay = 0;
        int jumps = 0;
        int breaks = 0;
        long dropUntil = -1;
        foreach ((long now, int index) in frames)
        {
            if (now - jumpedAt > 3_000 && random.Next(150) == 0)
            {
                offset += random.Next(2) == 0 ? random.NextInt64(5_000, int.MaxValue / 2) : -random.NextInt64(1_000, int.MaxValue / 2);
                jumpedAt = now;
                hasShift = false;
                jumps++;
            }

            if (now - jumpedAt > 1_500 && now > dropUntil && random.Next(300) == 0)
            {
                dropUntil = now + random.Next(4_000); // the encoder drops pictures; time goes by
            }

            if (Tracks[index].Kind == MediaKind.Video && now < dropUntil)
            {
                continue;
            }

            delay = Math.Max(0, delay + random.Next(-30, 31)); // of the network
            long arrived = Math.Max(now + delay, (long)time.GetElapsedTime(0, time.GetTimestamp()).TotalMilliseconds);
            time.Advance(TimeSpan.FromMilliseconds(arrived) - time.GetElapsedTime(0, time.GetTimestamp()));
            TimelineStep step = timeline.Place(Tracks[index].Kind, Tracks[index].Track, unchecked((uint)(offset + now)), time.GetTimestamp());

            string where = $"seed {seed}: track {index} at {now} ms";
            if (!hasShift)
            {
                hasShift = true;
                shift = step.Dts - now;
                Assert.True(step.IsDiscontinuity == jumps > 0, $"{where}: the first frame behind a jump says so");
                Assert.True(jumps == 0 || step.Dts - last.Max() is > 0 and <= 100, $"{where}: {step.Dts} is not one frame behind {last.Max()}");
            }

            breaks += step.IsDiscontinuity ? 1 : 0;
            Assert.True(step.Dts == now + shift, $"{where}: {step.Dts} instead of {now + shift}, out of sync");
            Assert.True(step.Dts >= last[index], $"{where} goes back");
            last[index] = step.Dts;
        }

        Assert.Equal(jumps, breaks);
        Assert.Equal(jumps, timeline.Faults[TimelineFault.ForwardJump] + timeline.Faults[TimelineFault.BackwardJump]);
        Assert.Equal((0, 0), (timeline.Faults[TimelineFault.LoneTrack], timeline.Faults[TimelineFault.BackStep]));
        return jumps;
    }
}

using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Timing;

/// <summary>The rules one by one. The clock stands still unless a test moves it: publishers push as fast as they can.</summary>
public class TimelineTests
{
    private const uint Hour = 3_600_000;

    private readonly ManualTimeProvider _time = new();
    private readonly List<TimelineStep> _steps = [];
    private Timeline _timeline;

    public TimelineTests() => _timeline = new Timeline(_time);

    [Fact]
    public void Timestamps_in_order_stay_what_they_are()
    {
        Assert.Equal([1_000, 1_033, 1_066], Video(1_000, 1_033, 1_066));
        AssertFaults();
    }

    [Fact]
    public void The_clock_s_wrap_is_no_jump_and_counted_once_for_all_tracks()
    {
        Assert.Equal([0xFFFFFFE0, 0xFFFFFFF0, 0x1_0000_0001, 0x1_0000_0022], Video(0xFFFFFFE0, 0xFFFFFFF0, 1, 0x22));
        Assert.Equal([0xFFFFFFF8, 0x1_0000_0009], Audio(0xFFFFFFF8, 9)); // a little behind the picture
        AssertFaults((TimelineFault.Wrap32, 1));
    }

    [Theory]
    [InlineData(24, TimelineFault.Wrap24)]
    [InlineData(31, TimelineFault.Wrap31)]
    public void A_clock_of_fewer_bits_wraps_without_a_break_for_all_tracks(int bits, TimelineFault expected)
    {
        uint end = (uint)(1L << bits);
        Video(end - 50);
        Audio(end - 40);

        Assert.Equal([end - 17L, end + 16L], Video(end - 17, 16));
        Assert.Equal([end - 19L], Audio(end - 19)); // still before the wrap
        Assert.Equal([end + 2L, end + 23L], Audio(2, 23));
        Assert.Equal([end - 5L, end + 20L], Other(end - 5, 20)); // begins before it
        AssertFaults((expected, 1));
        AssertDiscontinuities();
    }

    [Fact]
    public void A_clock_of_24_bits_wraps_again_and_again()
    {
        const int Step = 1_900;
        for (long time = 0; time < 5L << 24; time += Step)
        {
            Assert.Equal([time], Video((uint)(time & 0xFFFFFF)));
        }

        AssertFaults((TimelineFault.Wrap24, 4));
    }

    [Fact]
    public void A_hundred_days_run_through_without_a_jump()
    {
        const long Step = 60_000;
        for (long time = 0; time < TimeSpan.FromDays(100).TotalMilliseconds; time += Step)
        {
            Assert.Equal([time], Video(unchecked((uint)time)));
            _time.Advance(TimeSpan.FromMilliseconds(Step));
        }

        AssertFaults((TimelineFault.Wrap32, 2));
    }

    [Theory]
    [InlineData(5 * Hour, 4 * Hour, TimelineFault.BackwardJump)]
    [InlineData(5 * Hour, 0, TimelineFault.BackwardJump)]
    [InlineData(0, 72 * Hour, TimelineFault.ForwardJump)]
    [InlineData(0, 3_000, TimelineFault.ForwardJump)]
    [InlineData(0, 3_000_000_000, TimelineFault.BackwardJump)] // more than half a turn ahead is behind
    public void A_jump_of_all_tracks_is_one_shift_and_lip_sync_is_kept(uint before, uint after, TimelineFault expected)
    {
        Video(before, before + 33, before + 66);
        Audio(before + 10, before + 31, before + 52);
        long start = before;

        Assert.Equal([start + 99], Video(after)); // one frame behind the latest
        Assert.Equal([start + 99 + 7], Audio(after + 7));
        Assert.Equal([start + 99 + 20], Other(after + 20)); // one that only begins
        Assert.Equal([start + 99 + 33], Video(after + 33));
        AssertFaults((expected, 1));
        AssertDiscontinuities(6);
        WaitForLoneTracks(after + 66, after + 28);
        AssertFaults((expected, 1));
    }

    [Fact]
    public void A_track_that_jumps_a_little_later_takes_the_shift_of_the_first()
    {
        Video(Hour, Hour + 33, Hour + 66);
        Audio(Hour, Hour + 21);

        Video(1_000);
        Assert.Equal([Hour + 42, Hour + 63], Audio(Hour + 42, Hour + 63)); // it lags: these are from before the jump
        Assert.Equal([Hour + 132], Video(1_033));
        Assert.Equal([Hour + 84, Hour + 105], Audio(985, 1_006)); // 15 ms before where the picture began again
        AssertFaults((TimelineFault.BackwardJump, 1));
    }

    [Fact]
    public void A_small_jump_of_all_tracks_is_one_shift_though_it_is_none_for_each()
    {
        Video(10_000, 10_033);
        Audio(10_040, 10_060);

        Video(9_500); // 533 back: a jump
        Audio(9_570); // 490 back: by itself a step back

        Assert.Equal([10_093, 10_163], _steps[^2..].Select(step => step.Dts));
        AssertFaults((TimelineFault.BackwardJump, 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_track_that_is_reset_alone_stays_where_its_arrival_puts_it(bool isVideo)
    {
        Func<uint[], long[]> reset = isVideo ? Video : Audio;
        Func<uint[], long[]> goesOn = isVideo ? Audio : Video;
        reset([Hour, Hour + 30]);
        goesOn([Hour, Hour + 40]);

        Assert.Equal([Hour + 70], reset([0]));
        for (uint time = 40; time <= 1_200; time += 40)
        {
            _time.Advance(TimeSpan.FromMilliseconds(40));
            Assert.Equal([Hour + 70 + time], reset([time]));
            Assert.Equal([Hour + 40 + time], goesOn([Hour + 40 + time]));
        }

        AssertFaults((TimelineFault.BackwardJump, 1), (TimelineFault.LoneTrack, 1));
        AssertDiscontinuities(4);
    }

    [Fact]
    public void When_the_other_track_is_reset_later_both_are_in_sync_again()
    {
        Video(Hour, Hour + 33);
        Audio(Hour, Hour + 40);
        Video(0);
        for (uint time = 0; time < 5_000; time += 40)
        {
            Audio(Hour + 40 + time);
            Video(time);
            _time.Advance(TimeSpan.FromMilliseconds(40));
        }

        long video = Video(5_000)[0];
        Assert.Equal([video + 20], Audio(5_020));
    }

    [Fact]
    public void A_track_that_was_silent_when_the_others_jumped_follows_whenever_it_comes_back()
    {
        Video(Hour);
        Audio(Hour);
        for (uint time = 0; time <= 5_000; time += 40)
        {
            _time.Advance(TimeSpan.FromMilliseconds(40));
            Audio(time);
        }

        Assert.Equal([_steps[^1].Dts + 7], Video(5_007));
        AssertFaults((TimelineFault.BackwardJump, 1));
    }

    [Fact]
    public void A_clock_that_goes_to_and_fro_moves_on_a_frame_at_a_time_and_breaks_once_a_second()
    {
        for (uint i = 0; i < 100; i++)
        {
            Video(i % 2 == 0 ? i * 40 : Hour + (i * 40));
            _time.Advance(TimeSpan.FromMilliseconds(40));
        }

        Assert.Equal(33 * 99, _steps[^1].Dts);
        AssertFaults((TimelineFault.ForwardJump, 50), (TimelineFault.BackwardJump, 49));
        AssertDiscontinuities(1, 26, 51, 76);
    }

    [Fact]
    public void Equal_timestamps_stay_equal()
    {
        Assert.All(Video([.. Enumerable.Repeat(500u, 1_000)]), dts => Assert.Equal(500, dts));
        AssertFaults();
    }

    [Fact]
    public void A_step_back_within_a_track_is_raised_and_counted_and_the_clock_stays()
    {
        Assert.Equal([100, 140, 140, 160, 160, 180], Video(100, 140, 139, 160, 159, 180));
        AssertFaults((TimelineFault.BackStep, 2));
        AssertDiscontinuities();
    }

    [Fact]
    public void An_encoder_that_drops_frames_makes_a_gap_and_no_jump()
    {
        Video(0, 33);
        Audio(0, 21);
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal([30_033], Video(30_033));
        Assert.Equal([30_021], Audio(30_021));
        AssertFaults();
    }

    [Fact]
    public void What_a_network_held_back_comes_all_at_once_and_is_no_jump()
    {
        Video(0, 33);
        Audio(0, 21);
        _time.Advance(TimeSpan.FromSeconds(8)); // nothing came; then all that was sent meanwhile, with a gap in it

        Assert.Equal([66, 5_000, 8_000], Video(66, 5_000, 8_000));
        Assert.Equal([42, 8_010], Audio(42, 8_010));
        AssertFaults();
    }

    [Fact]
    public void A_file_pushed_at_full_speed_is_no_jump_nor_is_a_track_with_few_frames_in_it()
    {
        Other(0);
        for (uint time = 0; time <= 60_000; time += 40)
        {
            Assert.Equal([time], Video(time));
            Assert.Equal([time], time % 30_000 == 0 ? Other(time) : [time]);
        }

        AssertFaults();
    }

    [Fact]
    public void Tracks_begin_where_they_say_and_do_not_hold_each_other_up()
    {
        Video(3_000);
        Assert.Equal([400], Audio(400));
        Assert.Equal([300], Other(300));
        Assert.Equal([5_000], Place(MediaKind.Video, 5_000, 255));
        Assert.Equal([3_010], Video(3_010));
        AssertFaults();
    }

    [Fact]
    public void A_track_that_begins_far_from_the_others_is_put_where_they_are()
    {
        Video(1_000, 1_040);

        Assert.Equal([1_073, 1_094], Audio(Hour, Hour + 21));
        AssertFaults((TimelineFault.LoneTrack, 1));
        AssertDiscontinuities();
    }

    [Fact]
    public void Time_before_the_beginning_of_the_clock_is_its_beginning()
    {
        Video(10);
        Assert.Equal([0, 11], Audio(0xFFFFFFF0, 11));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Hour)]
    [InlineData(0xFFFFFFF0)]
    public void A_resumed_stream_goes_on_one_frame_behind_what_was_with_one_shift_for_all_tracks(uint first)
    {
        _timeline = new Timeline(_time, continueAfter: 50_000);

        Assert.Equal(50_000, _timeline.PlaceConfiguration(MediaKind.Video, 0));
        Assert.Equal([50_000], Place(MediaKind.Data, 0));
        Assert.Equal([50_033], Audio(first));
        Assert.Equal([50_045, 50_078], Video(first + 12, unchecked(first + 45)));
        Assert.Equal([50_054], Audio(unchecked(first + 21)));
        AssertDiscontinuities();
    }

    [Fact]
    public void No_track_of_a_resumed_stream_begins_before_its_last_frame()
    {
        _timeline = new Timeline(_time, continueAfter: 50_000);

        Assert.Equal([50_033], Video(500));
        Assert.Equal([50_000, 50_000, 50_003], Audio(400, 430, 470));
    }

    [Fact]
    public void A_track_that_begins_long_before_the_last_frame_catches_up_in_sync()
    {
        _timeline = new Timeline(_time, continueAfter: 50_000);

        Assert.Equal([50_033], Video(5_000));
        Assert.Equal([50_000, 50_000, 50_000, 50_033], Audio(1_000, 1_021, 4_960, 5_000));
        AssertDiscontinuities();
        AssertFaults();
    }

    [Fact]
    public void A_track_whose_configuration_came_late_begins_behind_it_and_stays_in_sync()
    {
        Video(5_000);
        Assert.Equal(5_000, _timeline.PlaceConfiguration(MediaKind.Audio, 0));

        Assert.Equal([5_000, 5_000, 5_007], Audio(4_200, 4_221, 5_007));
        AssertDiscontinuities();
        AssertFaults();
    }

    [Fact]
    public void Configuration_has_the_time_of_the_message_before_it_whatever_its_own_says()
    {
        Assert.Equal(0, _timeline.PlaceConfiguration(MediaKind.Video, 0));
        Video(Hour, Hour + 33);
        Audio(Hour + 40);

        Assert.Equal(Hour + 33, _timeline.PlaceConfiguration(MediaKind.Video, 0));
        Assert.Equal(Hour + 40, _timeline.PlaceConfiguration(MediaKind.Audio, 1)); // of a track that begins
        Assert.Equal([Hour + 66], Video(Hour + 66));
        AssertFaults();
    }

    [Fact]
    public void Script_data_moves_no_clock()
    {
        Place(MediaKind.Data, 0xFFFFFFFF);
        Video(Hour, Hour + 33);

        Assert.Equal([Hour + 33], Place(MediaKind.Data, 0)); // many send it with 0
        Assert.Equal([Hour + 50], Place(MediaKind.Data, Hour + 50));
        Assert.Equal([Hour + 50], Place(MediaKind.Data, 77 * Hour));
        Assert.Equal([Hour + 66], Video(Hour + 66));
        AssertFaults();
    }

    [Fact]
    public void Faults_are_counted_where_the_caller_says()
    {
        var faults = new TimelineFaults();
        var timeline = new Timeline(_time, faults: faults);
        timeline.Place(MediaKind.Video, 0, Hour, 0);
        timeline.Place(MediaKind.Video, 0, 0, 0);
        var sum = new TimelineFaults();
        sum.Add(faults);
        sum.Add(faults);

        Assert.Equal((1, 2), (timeline.Faults[TimelineFault.BackwardJump], sum[TimelineFault.BackwardJump]));
    }

    [Fact]
    public void Placing_allocates_nothing()
    {
        uint time = 0;
        Assert.Equal(0, Allocations.Of(() => _timeline.Place(MediaKind.Video, 0, (time += 40) % 4_000, 0))); // with jumps
    }

    /// <summary>Lets the second go by in which others may follow a jump.</summary>
    private void WaitForLoneTracks(uint video, uint audio)
    {
        _time.Advance(TimeSpan.FromSeconds(1.1));
        Video(video);
        Audio(audio);
    }

    private long[] Video(params uint[] timestamps) => [.. timestamps.SelectMany(timestamp => Place(MediaKind.Video, timestamp))];

    private long[] Audio(params uint[] timestamps) => [.. timestamps.SelectMany(timestamp => Place(MediaKind.Audio, timestamp))];

    /// <summary>A second track of audio.</summary>
    private long[] Other(params uint[] timestamps) => [.. timestamps.SelectMany(timestamp => Place(MediaKind.Audio, timestamp, 1))];

    private long[] Place(MediaKind kind, uint timestamp, byte trackId = 0)
    {
        _steps.Add(_timeline.Place(kind, trackId, timestamp, _time.GetTimestamp()));
        return [_steps[^1].Dts];
    }

    private void AssertDiscontinuities(params int[] expected) =>
        Assert.Equal(expected, _steps.Index().Where(step => step.Item.IsDiscontinuity).Select(step => step.Index));

    private void AssertFaults(params (TimelineFault Fault, long Count)[] expected) =>
        Assert.Equal(
            expected,
            Enum.GetValues<TimelineFault>().Select(fault => (fault, _timeline.Faults[fault])).Where(fault => fault.Item2 > 0));
}

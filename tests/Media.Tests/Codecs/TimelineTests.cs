using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Codecs;

public class TimelineTests
{
    private readonly Timeline _timeline = new();

    [Fact]
    public void Timestamps_in_order_stay_what_they_are()
    {
        Assert.Equal([1_000, 1_033, 1_066], Video(1_000, 1_033, 1_066));
        Assert.Equal(0, _timeline.Clamps);
    }

    [Fact]
    public void The_clock_s_wrap_is_no_jump()
    {
        Assert.Equal([0xFFFFFFF0, 0x1_0000_0001, 0x1_0000_0022], Video(0xFFFFFFF0, 1, 0x22));
        Assert.Equal(0, _timeline.Clamps);
    }

    [Fact]
    public void All_tracks_wrap_together_even_one_that_begins_behind_the_wrap()
    {
        Video(0xFFFFFFF0, 5);

        Assert.Equal(0xFFFFFFF8, _timeline.Unwrap(MediaKind.Audio, 0, 0xFFFFFFF8)); // a little behind the picture
        Assert.Equal(0x1_0000_0009, _timeline.Unwrap(MediaKind.Audio, 0, 9));
        Assert.Equal(0x1_0000_000A, _timeline.Unwrap(MediaKind.Audio, 1, 10));
        Assert.Equal(0, _timeline.Clamps);
    }

    [Fact]
    public void Hundred_days_run_through_without_a_jump()
    {
        const long Step = 60_000;
        for (long time = 0; time < TimeSpan.FromDays(100).TotalMilliseconds; time += Step)
        {
            Assert.Equal(time, _timeline.Unwrap(MediaKind.Video, 0, unchecked((uint)time)));
        }
    }

    [Fact]
    public void A_track_never_goes_back_and_what_would_is_counted()
    {
        Assert.Equal([100, 140, 140, 140, 150], Video(100, 140, 139, 20, 150));
        Assert.Equal(2, _timeline.Clamps);
    }

    [Fact]
    public void Tracks_do_not_hold_each_other_up()
    {
        Video(1_000);

        Assert.Equal(400, _timeline.Unwrap(MediaKind.Audio, 0, 400));
        Assert.Equal(300, _timeline.Unwrap(MediaKind.Video, 255, 300));
        Assert.Equal(350, _timeline.Unwrap(MediaKind.Audio, 255, 350));
        Assert.Equal(1_010, _timeline.Unwrap(MediaKind.Video, 0, 1_010));
        Assert.Equal(0, _timeline.Clamps);
    }

    [Fact]
    public void Time_before_the_beginning_of_the_clock_is_its_beginning()
    {
        Video(10);

        Assert.Equal(0, _timeline.Unwrap(MediaKind.Audio, 0, 0xFFFFFFF0));
        Assert.Equal(1, _timeline.Clamps);
    }

    [Fact]
    public void Unwrapping_allocates_nothing() =>
        Assert.Equal(0, Allocations.Of(() => _timeline.Unwrap(MediaKind.Video, 0, 7)));

    private long[] Video(params uint[] timestamps) =>
        [.. timestamps.Select(timestamp => _timeline.Unwrap(MediaKind.Video, 0, timestamp))];
}

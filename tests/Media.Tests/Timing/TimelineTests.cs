using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Timing;

public class TimelineTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly Timeline _timeline;

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

    [Fact]
    public void Placing_allocates_nothing() =>
        Assert.Equal(0, Allocations.Of(() => _timeline.Place(MediaKind.Video, 0, 7, 0)));

    private long[] Video(params uint[] timestamps) => [.. timestamps.Select(timestamp => Place(MediaKind.Video, timestamp).Dts)];

    private long[] Audio(params uint[] timestamps) => [.. timestamps.Select(timestamp => Place(MediaKind.Audio, timestamp).Dts)];

    private TimelineStep Place(MediaKind kind, uint timestamp, byte trackId = 0) =>
        _timeline.Place(kind, trackId, timestamp, _time.GetTimestamp());

    private void AssertFaults(params (TimelineFault Fault, long Count)[] expected) =>
        Assert.Equal(
            expected,
            Enum.GetValues<TimelineFault>().Select(fault => (fault, _timeline.Faults[fault])).Where(fault => fault.Item2 > 0));
}

using MediaServer.TestKit;

namespace MediaServer.Media.Tests.TestKit;

public class ManualTimeProviderTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void Timers_fire_in_order_of_their_time_and_see_it()
    {
        using ITimer late = Start("late", 30);
        using ITimer soon = Start("soon", 10);
        using ITimer never = Start("never", 31);

        _time.Advance(TimeSpan.FromMilliseconds(30));

        Assert.Equal(["soon@10", "late@30"], _fired);
        Assert.Equal(1, _time.ArmedTimers);
    }

    [Fact]
    public void A_periodic_timer_fires_each_time_until_it_is_disposed()
    {
        ITimer timer = _time.CreateTimer(_ => Note("tick"), null, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(10));
        _time.Advance(TimeSpan.FromMilliseconds(26));
        timer.Dispose();
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(["tick@5", "tick@15", "tick@25"], _fired);
    }

    [Fact]
    public void A_timer_may_set_itself_again_while_it_fires()
    {
        ITimer? timer = null;
        timer = _time.CreateTimer(
            _ =>
            {
                Note("again");
                timer!.Change(TimeSpan.FromMilliseconds(7), Timeout.InfiniteTimeSpan);
            },
            null,
            TimeSpan.FromMilliseconds(1),
            Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromMilliseconds(15));

        Assert.Equal(["again@1", "again@8", "again@15"], _fired);
        timer.Dispose();
    }

    [Fact]
    public async Task Delays_and_cancellation_follow_the_manual_time()
    {
        Task delay = Task.Delay(TimeSpan.FromSeconds(10), _time);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(20), _time);

        _time.Advance(TimeSpan.FromSeconds(10));
        await delay;
        Assert.False(cancellation.IsCancellationRequested);

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(cancellation.IsCancellationRequested);
        Assert.Equal(TimeSpan.FromSeconds(20), _time.GetElapsedTime(0));
        Assert.Equal(ManualTimeProvider.Start + TimeSpan.FromSeconds(20), _time.GetUtcNow());
    }

    private ITimer Start(string name, int milliseconds) =>
        _time.CreateTimer(_ => Note(name), null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);

    private void Note(string name) => _fired.Add($"{name}@{_time.Elapsed.TotalMilliseconds}");
}

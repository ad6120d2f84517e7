using MediaServer.Media;

namespace MediaServer.Hub.Tests;

public class TailTests
{
    [Fact]
    public void Without_subscribers_the_log_reaches_back_to_the_last_key_frame()
    {
        using var stream = new TestStream();
        stream.Headers();
        stream.Gop(20);
        long last = stream.Gop(20);

        Assert.Equal(last, stream.Topic.Tail);
    }

    [Fact]
    public void With_a_subscriber_it_also_reaches_over_the_lag_bound_and_no_further()
    {
        using var stream = new TestStream(new HubOptions { LagFrames = 50 });
        using Subscription subscription = stream.Subscribe();
        stream.Headers();
        for (int i = 0; i < 20; i++)
        {
            stream.Gop(10);
            Assert.True(stream.Topic.Tail <= Math.Max(0, stream.Topic.Head - 50));
        }

        Assert.Equal(stream.Topic.Head - 50, stream.Topic.Tail);
    }

    [Fact]
    public void The_end_of_a_long_group_of_pictures_is_released_over_the_next_frames()
    {
        using var stream = new TestStream();
        stream.Gop(100);
        long last = stream.KeyFrame();

        Assert.Equal(64, stream.Topic.Tail);
        stream.Continue(2);
        Assert.Equal(last, stream.Topic.Tail);
    }

    [Fact]
    public void A_group_of_pictures_that_never_ends_is_cut_off_at_the_budget_of_frames()
    {
        using var stream = new TestStream(new HubOptions { LagFrames = 50, BudgetFrames = 300 });
        stream.Gop(1_000);

        Assert.Equal(300, stream.Topic.Head - stream.Topic.Tail);
        using Subscription subscription = stream.Subscribe();
        Assert.Equal(stream.Topic.Head, subscription.Start); // no key frame in sight
    }

    [Fact]
    public void A_group_of_pictures_that_never_ends_is_cut_off_at_the_budget_of_bytes()
    {
        const int Budget = 4 * 1024 * 1024;
        using var stream = new TestStream(new HubOptions { BudgetBytes = Budget });
        stream.KeyFrame(lengthBytes: 200_000);
        for (int i = 0; i < 100; i++)
        {
            stream.Video(lengthBytes: 100_000);
            Assert.InRange(stream.Topic.GetStatistics().LogBytes, 0, Budget);
            Assert.InRange(stream.SlabsOutstanding * Slab.LengthBytes, 0, Budget + (3 * Slab.LengthBytes)); // slabs in use at both ends
        }

        Assert.True(stream.Topic.Tail > 0);
        Assert.InRange(stream.Topic.GetStatistics().LogBytes, Budget / 2, Budget);
    }

    [Fact]
    public void A_group_of_pictures_that_never_ends_is_cut_off_at_the_budget_of_time()
    {
        using var stream = new TestStream(new HubOptions { LagTime = TimeSpan.FromSeconds(1), BudgetTime = TimeSpan.FromSeconds(3) });
        stream.Gop(500);

        Assert.Equal((TimeSpan.FromSeconds(3) / TestStream.Interval) + 1, stream.Topic.Head - stream.Topic.Tail);
    }

    [Fact]
    public void Script_data_is_charged_by_its_length_though_it_lies_in_no_slab()
    {
        using var stream = new TestStream();
        stream.Metadata();

        Assert.Equal(0, stream.Topic.GetStatistics().LogBytes); // nobody to read it: released at once
        using Subscription subscription = stream.Subscribe();
        stream.Metadata(version: 2);
        Assert.Equal(20, stream.Topic.GetStatistics().LogBytes);
    }
}

using MediaServer.Media;

namespace MediaServer.Hub.Tests;

public class LosslessGapTests
{
    [Fact]
    public void Who_had_read_all_when_it_lost_its_hold_and_goes_on_with_the_next_frame_has_lost_nothing()
    {
        using var stream = new TestStream(new HubOptions { BlockBytes = 1_000 }); // any frame on slabs is more
        stream.Headers();
        stream.Gop(1);
        using Subscription subscription = stream.Topic.Subscribe(
            new SubscriptionOptions { Kind = "test", Policy = SlowPolicy.Block, ConfirmsDelivery = true });
        var taken = new List<MediaFrame>();
        TakeAll();

        stream.KeyFrame(lengthBytes: Slab.LengthBytes); // with what is in flight, too much: the hold is taken away
        TakeAll();
        long next = stream.KeyFrame();
        TakeAll();

        taken.ForEach(frame => frame.Release());
        Assert.Equal(next, taken[^1].Offset);
        Assert.False(subscription.TryTakeGap(out FrameGap gap), $"told of {gap}");
        Assert.Equal(0, subscription.Delivery.GetDropped(DropReason.Policy).Total);

        void TakeAll()
        {
            while (subscription.TryRead(out MediaFrame? frame))
            {
                taken.Add(frame);
            }
        }
    }
}

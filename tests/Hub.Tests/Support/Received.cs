using MediaServer.Media;

namespace MediaServer.Hub.Tests;

/// <summary>What a reader saw of a frame before it released it.</summary>
internal sealed record Received(long Offset, MediaKind Kind, byte TrackId, FrameTraits Traits, long Dts, long Pts, int Mark)
{
    public bool IsInjected => (Traits & FrameTraits.Injected) != 0;

    public static Received From(MediaFrame frame)
    {
        Assert.True(FrameMaker.IsIntact(frame), $"frame {frame.Offset} is not what was published");
        return new Received(frame.Offset, frame.Kind, frame.TrackId, frame.Traits, frame.Dts, frame.Pts, FrameMaker.MarkOf(frame));
    }

    /// <summary>Reads until there is nothing more to read now, checks the promised sum after each frame, and releases all.</summary>
    public static List<Received> AllOf(Subscription subscription, int atMost = int.MaxValue)
    {
        var received = new List<Received>();
        while (received.Count < atMost && subscription.TryRead(out MediaFrame? frame))
        {
            received.Add(From(frame));
            AssertSum(subscription);
            frame.Release();
        }

        AssertSum(subscription);
        return received;
    }

    /// <summary>Promise 5: delivered + dropped + in flight = cursor − start.</summary>
    public static void AssertSum(Subscription subscription)
    {
        DeliveryCounters delivery = subscription.Delivery;
        Assert.Equal(subscription.Cursor - subscription.Start, delivery.Delivered.Total + delivery.Dropped.Total + subscription.InFlight);
    }
}

using MediaServer.Media;

namespace MediaServer.Hub.Tests;

internal static class Confirming
{
    /// <summary>Confirms a frame where it does not matter when it was sent.</summary>
    public static void ConfirmDelivered(this Subscription subscription, MediaFrame frame) => subscription.ConfirmDelivered(frame, frame.ReceivedAt);
}

namespace MediaServer.Hub;

/// <summary>Why a subscription passed a frame without handing it out.</summary>
public enum DropReason
{
    /// <summary>Video that refers to frames before the random access point where this subscription joined or went on.</summary>
    Leading,

    /// <summary>Video that no other frame refers to, left out because the subscriber was slow (<see cref="SubscriptionState.Warning"/>).</summary>
    Disposable,

    /// <summary>Video that comes before a random access point where it could begin or go on.</summary>
    UntilKeyframe,

    /// <summary>The subscriber was further behind than its bound, or than the log reaches back.</summary>
    Overrun,

    /// <summary>No random access point of video, while the subscriber was beyond its bound (policy <c>sample</c>).</summary>
    Sampled,

    /// <summary>Refused beyond the bound (policy <c>drop-newest</c>), or lost to the budget (policy <c>block</c>).</summary>
    Policy,

    /// <summary>The subscriber does not want it: <see cref="FrameSelection"/>. Not a fault.</summary>
    Filtered,

    /// <summary>It was handed out, and the connection ended before it was sent.</summary>
    Disconnected,
}

namespace MediaServer.Media;

/// <summary>What a publisher's timestamps did that a clock does not do; all of it is repaired.</summary>
public enum TimelineFault
{
    /// <summary>Passed 2^32 ms (49.7 days) and began at 0 again, as RTMP has it. Goes on without a break.</summary>
    Wrap32,

    /// <summary>Passed 2^31 ms and began at 0 again, as encoders and servers do that mask the sign. Goes on without a break.</summary>
    Wrap31,

    /// <summary>Passed 2^24 ms (4 h 39 min) and began at 0 again, as those do that lose the extended byte. Goes on without a break.</summary>
    Wrap24,

    /// <summary>Jumped further ahead than time has passed since the messages before.</summary>
    ForwardJump,

    /// <summary>Jumped back.</summary>
    BackwardJump,

    /// <summary>A track jumped, or began, away from the others, and none followed within a second. Its jump is counted, too.</summary>
    LoneTrack,

    /// <summary>Lay a little before the last one of its track, which it was raised to.</summary>
    BackStep,
}

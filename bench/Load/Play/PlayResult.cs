namespace MediaServer.Load;

/// <summary>What players saw. Times are in milliseconds; all but the start is of the window that was measured.</summary>
internal sealed record PlayResult : LoadResult
{
    /// <summary>Players that were asked for.</summary>
    public required int Clients { get; init; }

    /// <summary>Players that got media.</summary>
    public required int Connected { get; init; }

    /// <summary>Players that never did.</summary>
    public required int Failed { get; init; }

    /// <summary>Players that did, and were disconnected.</summary>
    public required int Disconnected { get; init; }

    /// <summary>Why they are gone, and how many of them for that.</summary>
    public required IReadOnlyDictionary<string, int> Faults { get; init; }

    /// <summary>Bytes received, as a share of what was published to each; null when that is not known.</summary>
    public required double? DeliveredRatio { get; init; }

    /// <summary>The same of who got least.</summary>
    public required double? DeliveredRatioWorst { get; init; }

    /// <summary>From connecting to the first key frame, of all players.</summary>
    public required Summary FirstKeyFrameMs { get; init; }

    /// <summary>From a video frame's stamp to a probe.</summary>
    public required Summary VideoLatencyMs { get; init; }

    /// <summary>From an audio frame's stamp to a probe.</summary>
    public required Summary AudioLatencyMs { get; init; }

    /// <summary>From one video frame to the next at a probe.</summary>
    public required Summary VideoGapMs { get; init; }

    /// <summary>Players whose frames were counted: all, or with <c>--discard</c> the probes.</summary>
    public required int CountedPlayers { get; init; }

    public required long VideoFrames { get; init; }

    public required long AudioFrames { get; init; }

    /// <summary>Stamped frames that never came.</summary>
    public required long LostFrames { get; init; }

    /// <summary>Stamped frames that came again, or out of order.</summary>
    public required long MisorderedFrames { get; init; }

    /// <summary>Timestamps that went back within audio or video.</summary>
    public required long TimestampFaults { get; init; }

    /// <summary>Times that a player got nothing for over a second.</summary>
    public required int Silences { get; init; }

    public required double LongestSilenceMs { get; init; }

    /// <summary>Those that stopped reading; the figures above are without them.</summary>
    public required StallResult? Stalled { get; init; }

    public override IEnumerable<(string Name, string Value)> Describe()
    {
        yield return ("players", FormattableString.Invariant($"{Connected} of {Clients} got media; {Failed} failed, {Disconnected} disconnected"));
        foreach ((string fault, int count) in Faults)
        {
            yield return ("", $"{count} x {fault}");
        }

        yield return ("delivered", FormattableString.Invariant($"{MegabitsPerSecond:N1} Mbit/s")
            + (DeliveredRatio is { } ratio ? FormattableString.Invariant($", {ratio:P1} of what was published; {DeliveredRatioWorst:P1} to who got least") : ""));
        yield return ("first key frame", FirstKeyFrameMs.Text);
        yield return ("video latency", VideoLatencyMs.Text);
        yield return ("audio latency", AudioLatencyMs.Text);
        yield return ("video gap", VideoGapMs.Text);
        yield return ("frames", FormattableString.Invariant(
            $"{VideoFrames:N0} video, {AudioFrames:N0} audio to {CountedPlayers} players; {LostFrames:N0} lost, {MisorderedFrames:N0} out of order"));
        yield return ("faults", FormattableString.Invariant(
            $"{TimestampFaults:N0} timestamps went back; {Silences} silences over 1 s, the longest {LongestSilenceMs:N0} ms"));
        if (Stalled is { } stalled)
        {
            yield return ("stalled", FormattableString.Invariant(
                $"{stalled.Disconnected} of {stalled.Players} disconnected; {stalled.ResumedAtKeyFrame} went on at a key frame, at most {stalled.LargestJumpMs:N0} ms on; {stalled.VideoAgeMs:N0} ms behind at the end"));
        }
    }
}

/// <summary>What players saw that stopped reading for a while.</summary>
/// <param name="Players">How many did.</param>
/// <param name="Disconnected">How many of them were cut off.</param>
/// <param name="ResumedAtKeyFrame">How many had video left out, and went on at a key frame.</param>
/// <param name="WithoutJump">How many had nothing left out.</param>
/// <param name="LargestJumpMs">The longest part of a stream that was left out.</param>
/// <param name="MegabytesAfterwards">What they got after they had resumed.</param>
/// <param name="VideoAgeMs">How old the last video frame was when it came, of the worst of them.</param>
internal sealed record StallResult(
    int Players, int Disconnected, int ResumedAtKeyFrame, int WithoutJump, double LargestJumpMs, double MegabytesAfterwards, double VideoAgeMs);

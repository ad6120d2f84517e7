namespace MediaServer.Load;

/// <summary>How publishing went. Times are in milliseconds; all but the start is of the window that was measured.</summary>
internal sealed record PublishResult : LoadResult
{
    /// <summary>Publishers that were asked for.</summary>
    public required int Clients { get; init; }

    /// <summary>Publishers that the server took.</summary>
    public required int Connected { get; init; }

    /// <summary>Publishers that it did not.</summary>
    public required int Failed { get; init; }

    /// <summary>Publishers that it took, and disconnected.</summary>
    public required int Disconnected { get; init; }

    /// <summary>Why they are gone, and how many of them for that.</summary>
    public required IReadOnlyDictionary<string, int> Faults { get; init; }

    public required long Frames { get; init; }

    /// <summary>How late frames were sent: beyond a few milliseconds this program had too little CPU, and the figures are worth little.</summary>
    public required Summary LatenessMs { get; init; }

    /// <summary>Bytes that one publisher had waiting at most: above a frame or two, the server reads too slowly.</summary>
    public required int LongestBacklogBytes { get; init; }

    public override IEnumerable<(string Name, string Value)> Describe()
    {
        yield return ("publishers", FormattableString.Invariant($"{Connected} of {Clients} published; {Failed} failed, {Disconnected} disconnected"));
        foreach ((string fault, int count) in Faults)
        {
            yield return ("", $"{count} x {fault}");
        }

        yield return ("sent", FormattableString.Invariant($"{MegabitsPerSecond:N1} Mbit/s, {Frames:N0} frames"));
        yield return ("lateness", LatenessMs.Text);
        yield return ("backlog", FormattableString.Invariant($"{LongestBacklogBytes / 1024.0:N0} KiB at most"));
    }
}

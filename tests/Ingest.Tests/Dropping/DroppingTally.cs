using MediaServer.Hub;

namespace MediaServer.Ingest.Tests.Dropping;

/// <summary>What stalled readers lost, and how: patterns that make nobody drop anything would prove nothing.</summary>
internal sealed class DroppingTally
{
    private readonly Dictionary<(DropReason Reason, SlowPolicy Policy), long> _video = [];
    private long _received;
    private long _runs;
    private long _cutOffs;

    public void Add(IEnumerable<StalledReader> readers)
    {
        foreach (StalledReader reader in readers)
        {
            foreach (DropReason reason in Enum.GetValues<DropReason>())
            {
                long before = _video.GetValueOrDefault((reason, reader.Policy));
                _video[(reason, reader.Policy)] = before + reader.Delivery.GetDropped(reason).Video;
            }

            _received += reader.Received.Count;
            _runs += reader.Runs;
            _cutOffs += reader.IsCutOff ? 1 : 0;
        }
    }

    /// <summary>Something that must have happened for the proof to be one, and has not; null when all has.</summary>
    /// <param name="hasLeadingPictures">Whether the stream has leading pictures to drop.</param>
    public string? FindMissing(bool hasLeadingPictures)
    {
        foreach (DropReason reason in Enum.GetValues<DropReason>())
        {
            if (DroppedFor(reason) == 0 && (reason != DropReason.Leading || hasLeadingPictures))
            {
                return $"a drop for {reason}";
            }
        }

        return _video[(DropReason.Policy, SlowPolicy.DropNewest)] == 0 ? "a refusal"
            : _video[(DropReason.Policy, SlowPolicy.Block)] == 0 ? "a gap"
            : _runs == 0 ? "a run taken whole"
            : _cutOffs == 0 ? "a cut-off"
            : null;
    }

    public override string ToString()
    {
        IEnumerable<string> reasons = Enum.GetValues<DropReason>().Select(reason => $"{reason} {DroppedFor(reason)} ("
            + string.Join(", ", _video.Where(entry => entry.Key.Reason == reason && entry.Value > 0).Select(entry => $"{entry.Key.Policy} {entry.Value}")) + ")");
        return $"{_received} frames came out, {_runs} runs were taken whole, {_cutOffs} readers cut off; video dropped: {string.Join(", ", reasons)}";
    }

    private long DroppedFor(DropReason reason) => _video.Where(entry => entry.Key.Reason == reason).Sum(entry => entry.Value);
}

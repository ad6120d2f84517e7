using MediaServer.Hub;

namespace MediaServer.Server.Metrics;

/// <summary>Which streams have series of their own: as many as there are places. First come, first served, each until it ends.</summary>
internal sealed class SeriesPlaces(int places)
{
    private readonly HashSet<StreamTopic> _taken = [];

    /// <summary>Takes the places of streams that have ended away, and gives free ones to those that have waited longest.</summary>
    /// <param name="streams">All streams there are.</param>
    /// <returns>Those of them that have a place.</returns>
    public IReadOnlySet<StreamTopic> Assign(IReadOnlyCollection<StreamTopic> streams)
    {
        _taken.IntersectWith(streams);
        _taken.UnionWith(streams.Except(_taken).OrderBy(stream => stream.StartedAt).Take(places - _taken.Count).ToArray());
        return _taken;
    }
}

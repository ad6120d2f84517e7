using MediaServer.Media;

namespace MediaServer.Fuzz;

/// <summary>One pool for all inputs of a target (arenas are never given back), and the check that each input left it as it was.</summary>
internal sealed class SlabCheck
{
    private long _overReleases = MediaDiagnostics.OverReleases;

    public SlabPool Pool { get; } = new();

    /// <summary>Checks that every slab came back, and none twice.</summary>
    /// <exception cref="OracleException">One did not.</exception>
    public void AssertAllReturned()
    {
        long overReleases = MediaDiagnostics.OverReleases - _overReleases;
        _overReleases += overReleases;
        Oracle.Same(0, Pool.Outstanding, "slabs still held at the end");
        Oracle.Same(0, overReleases, "slabs or frames released too often");
    }
}

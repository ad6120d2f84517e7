using MediaServer.Media;

namespace MediaServer.TestKit;

/// <summary>A pool that fails the test when slabs are still out at its end, or when anything was released more often than retained.</summary>
/// <remarks>
/// Best a field of the test class, disposed in its <c>Dispose</c>: then the failure of the test itself is reported too. Over-releases are
/// counted for the whole process; a test that causes them on purpose must not run beside others.
/// </remarks>
public sealed class LeakCheckingPool : IDisposable
{
    private readonly long _overReleasesBefore = MediaDiagnostics.OverReleases;

    /// <summary>The pool to give to what is tested.</summary>
    public SlabPool Pool { get; } = new();

    /// <summary>Slabs that are out now.</summary>
    public long Outstanding => Pool.Outstanding;

    /// <summary>Checks that every slab came back.</summary>
    /// <exception cref="InvalidOperationException">One did not, or something was released too often.</exception>
    public void Dispose()
    {
        long overReleases = MediaDiagnostics.OverReleases - _overReleasesBefore;
        if (Pool.Outstanding != 0 || overReleases != 0)
        {
            throw new InvalidOperationException($"{Pool.Outstanding} slabs leaked, {overReleases} releases too many.");
        }
    }
}

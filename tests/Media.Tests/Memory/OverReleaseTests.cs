using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Memory;

[Collection(nameof(ProcessWideCounters))]
public class OverReleaseTests
{
    [Fact]
    public void Releasing_a_slab_too_often_is_counted_and_returns_it_once()
    {
        var pool = new SlabPool();
        Slab slab = pool.Rent();
        slab.Release();
        long before = MediaDiagnostics.OverReleases;

        slab.Release();

        Assert.Equal(before + 1, MediaDiagnostics.OverReleases);
        Assert.Equal((0, 1), (pool.Outstanding, pool.Idle));
    }

    [Fact]
    public void Retaining_a_slab_that_nobody_holds_is_counted_and_does_not_bring_it_to_life()
    {
        var pool = new SlabPool();
        Slab slab = pool.Rent();
        slab.Release();
        long before = MediaDiagnostics.OverReleases;

        slab.Retain();

        Assert.Equal(before + 1, MediaDiagnostics.OverReleases);
        Slab rented = pool.Rent();
        rented.Release();
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void Releasing_a_frame_too_often_is_counted_and_returns_its_bytes_once()
    {
        var pool = new SlabPool();
        MediaFrame frame = TestFrames.Create(pool, [1, 2, 3]);
        frame.Release();
        long before = MediaDiagnostics.OverReleases;

        frame.Release();

        Assert.Equal(before + 1, MediaDiagnostics.OverReleases);
        Assert.Equal(0, pool.Outstanding);
        Assert.False(frame.TryRetain());
    }

    [Fact]
    public void The_leak_check_notices_a_release_too_many()
    {
        var memory = new LeakCheckingPool();
        Slab slab = memory.Pool.Rent();
        slab.Release();
        slab.Release();

        Assert.Throws<InvalidOperationException>(memory.Dispose);
    }
}

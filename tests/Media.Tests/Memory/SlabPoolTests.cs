namespace MediaServer.Media.Tests.Memory;

public class SlabPoolTests
{
    [Fact]
    public void Every_slab_that_is_out_has_memory_of_its_own()
    {
        var pool = new SlabPool();
        Slab[] slabs = [.. Enumerable.Range(0, 200).Select(_ => pool.Rent())];

        nint[] addresses = [.. slabs.Select(slab => slab.Address).Order()];

        Assert.All(addresses.Zip(addresses.Skip(1)), pair => Assert.True(pair.Second - pair.First >= Slab.LengthBytes));
        Assert.Equal(200, pool.Outstanding);
        ReleaseAll(slabs);
    }

    [Fact]
    public void A_returned_slab_is_rented_again_before_others()
    {
        var pool = new SlabPool();
        Slab slab = pool.Rent();
        slab.Release();
        Assert.Equal(1, pool.Idle);

        Slab again = pool.Rent();

        Assert.Same(slab, again);
        Assert.Equal(0, pool.Idle);
        again.Release();
    }

    [Fact]
    public void Trim_gives_back_the_pages_that_nobody_needed_since_the_last_time()
    {
        var pool = new SlabPool();
        ReleaseAll([.. Enumerable.Range(0, 100).Select(_ => Fill(pool.Rent()))]);
        Assert.Equal(0, pool.Trim()); // they were in use a moment ago

        ReleaseAll([.. Enumerable.Range(0, 30).Select(_ => pool.Rent())]);
        Assert.Equal(70, pool.Trim());
        Assert.Equal(30, pool.Idle);
        Assert.Equal(30, pool.Trim());
        Assert.Equal(0, pool.Trim());

        Slab slab = pool.Rent();
        Assert.False(OperatingSystem.IsLinux() && slab.GetSpan().ContainsAnyExcept((byte)0), "The page was not given back: it kept its bytes.");
        slab.Release();
    }

    [Fact]
    public async Task Renting_and_returning_from_many_threads_loses_nothing()
    {
        var pool = new SlabPool();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 2_000; i++)
            {
                Slab slab = pool.Rent();
                slab.GetSpan()[0] = (byte)thread;
                slab.Retain();
                slab.Release();
                Assert.Equal(thread, slab.GetSpan()[0]);
                slab.Release();
            }
        })));

        Assert.Equal(0, pool.Outstanding);
    }

    private static Slab Fill(Slab slab)
    {
        slab.GetSpan().Fill(1);
        return slab;
    }

    private static void ReleaseAll(Slab[] slabs)
    {
        foreach (Slab slab in slabs)
        {
            slab.Release();
        }
    }
}

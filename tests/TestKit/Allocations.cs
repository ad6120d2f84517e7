namespace MediaServer.TestKit;

/// <summary>Measures what code allocates on the managed heap.</summary>
public static class Allocations
{
    /// <summary>Bytes that the action allocates on this thread, once warm.</summary>
    /// <remarks>
    /// The least of some runs after three to warm up, so that what the runtime allocates once for itself does not count. An action whose
    /// growth is amortised has to loop within.
    /// </remarks>
    public static long Of(Action action, int measuredRuns = 3)
    {
        for (int i = 0; i < 3; i++)
        {
            action();
        }

        long least = long.MaxValue;
        for (int i = 0; i < measuredRuns; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}

namespace MediaServer.EndToEnd.Harness;

/// <summary>Waits that end: with what was waited for, or with a sentence that says what did not happen.</summary>
internal static class Waiting
{
    /// <summary>For what takes a moment. Generous: a busy machine is no bug of the server.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(25);

    /// <summary>Waits for a task, or fails.</summary>
    public static async Task<T> Within<T>(this Task<T> task, TimeSpan limit, Func<string> explain)
    {
        try
        {
            return await task.WaitAsync(limit);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Assert.Fail($"After {limit.TotalSeconds:0} s: {explain()}");
            throw;
        }
    }

    /// <summary>Asks another process again and again until the answer is yes, or fails.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> explain)
    {
        using var late = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            if (late.IsCancellationRequested)
            {
                Assert.Fail($"After {Limit.TotalSeconds:0} s: {explain()}");
            }

            await Task.Delay(PollPeriod);
        }
    }
}

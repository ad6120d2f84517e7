using MediaServer.Transport;

namespace MediaServer.Playback.Tests.Support;

internal static class LoopWork
{
    /// <summary>Runs something on the loop, behind all that was posted before.</summary>
    public static async Task<T> RunAsync<T>(this EventLoop loop, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() => done.SetResult(work()));
        return await done.Task.ConfigureAwait(false); // resuming in the test's context would allocate, on the loop
    }

    /// <summary>Bytes that the loop's thread has allocated so far.</summary>
    public static Task<long> GetAllocatedAsync(this EventLoop loop) => loop.RunAsync(GC.GetAllocatedBytesForCurrentThread);
}

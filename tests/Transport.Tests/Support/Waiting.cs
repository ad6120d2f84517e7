namespace MediaServer.Transport.Tests;

/// <summary>Waiting for real events, with a limit that only a fault reaches.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Task Soon(this Task task) => task.WaitAsync(Limit);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Limit);

    /// <summary>Runs something on the connection's loop; the caller goes on elsewhere.</summary>
    public static Task<T> RunAsync<T>(this TransportConnection connection, Func<T> work) => connection.Loop.RunAsync(work);

    public static Task RunAsync(this TransportConnection connection, Action work) => connection.RunAsync(() =>
    {
        work();
        return true;
    });

    public static Task<T> RunAsync<T>(this EventLoop loop, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        return done.Task.Soon();
    }

    /// <summary>Runs a connection's protocol as its owner does: on the loop, from the first byte on.</summary>
    public static Task ServeAsync(this TransportConnection connection, Func<Task> protocol)
    {
        async Task RunAsync()
        {
            await connection.Loop.SwitchTo();
            await protocol();
        }

        return Task.Run(RunAsync);
    }

    /// <summary>Looks again and again, on the loop, until it is so.</summary>
    public static async Task UntilAsync(this TransportConnection connection, Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await connection.RunAsync(isSo))
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}

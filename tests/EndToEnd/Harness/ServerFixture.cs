namespace MediaServer.EndToEnd.Harness;

/// <summary>A server that the tests of a class share, and what they start beside it.</summary>
public abstract class ServerFixture(string name, params string[] options) : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _owned = [];

    internal ServerProcess Server { get; private set; } = null!;

    /// <summary>Starts the server, then whatever the tests need.</summary>
    public async Task InitializeAsync()
    {
        Server = await ServerProcess.StartAsync(name, options);
        try
        {
            await PrepareAsync();
        }
        catch
        {
            await DisposeAsync(); // xunit does not, for what did not come up
            throw;
        }
    }

    /// <summary>Ends everything, the youngest first.</summary>
    public async Task DisposeAsync()
    {
        foreach (IAsyncDisposable owned in Enumerable.Reverse(_owned))
        {
            await owned.DisposeAsync();
        }

        _owned.Clear();
        await Server.DisposeAsync();
    }

    /// <summary>Makes sure that something ends with the fixture.</summary>
    internal T Own<T>(T owned)
        where T : IAsyncDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    /// <summary>What comes after the server's start.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;
}

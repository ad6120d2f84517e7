namespace MediaServer.Server.Reloading;

/// <summary>
/// Looks at the files that can change while the server runs, once a second. Polling, because notices of changes are lost on network and
/// container file systems, and a key that was removed must not stay in force.
/// </summary>
internal sealed class FileReloader(IEnumerable<IReloadable> reloadables, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly IReloadable[] _reloadables = [.. reloadables];

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (IReloadable reloadable in _reloadables)
        {
            reloadable.Open();
        }

        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (IReloadable reloadable in _reloadables)
            {
                reloadable.ReloadIfChanged();
            }
        }
    }
}

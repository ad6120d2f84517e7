using MediaServer.Media;

namespace MediaServer.Server.Streams;

/// <summary>Gives memory that no stream has needed for a while back to the system.</summary>
internal sealed class SlabTrimmer(SlabPool pool, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            pool.Trim();
        }
    }
}

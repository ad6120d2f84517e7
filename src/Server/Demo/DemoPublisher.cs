using System.Net.Sockets;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.Server.Options;
using Microsoft.Extensions.Options;

namespace MediaServer.Server.Demo;

/// <summary>Publishes a file over and over to this very server, over RTMP as an encoder would, so that there is something to look at.</summary>
internal sealed class DemoPublisher(
    IOptions<DemoOptions> options,
    Func<int> ingestPort,
    SlabPool pool,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<DemoPublisher> logger) : BackgroundService
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled || options.Value.FindFile() is not { } file)
        {
            return;
        }

        await StartedAsync(stoppingToken);
        TimeSpan delay = FirstDelay;
        while (!stoppingToken.IsCancellationRequested)
        {
            string reason;
            try
            {
                await using DemoConnection connection = await DemoConnection.OpenAsync(ingestPort(), options.Value.Stream, pool, time, stoppingToken);
                logger.DemoPublishing(file, options.Value.Stream);
                delay = FirstDelay;
                await connection.PlayAsync(DemoClip.Load(file), stoppingToken);
                reason = "the server closed the connection";
            }
            catch (Exception fault) when (fault is IOException or SocketException or RtmpProtocolException or InvalidDataException)
            {
                reason = fault.Message;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            logger.DemoInterrupted(options.Value.Stream, reason, delay);
            await Task.Delay(delay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, LongestDelay.Ticks));
        }
    }

    private async Task StartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
    }
}

using Microsoft.Extensions.Hosting;

namespace MediaServer.Hub;

/// <summary>Has no stream wait for its publisher while the host stops: whoever plays it would be waited for.</summary>
internal sealed class StreamHubLifetime(StreamHub hub) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        hub.StopWaiting();
        return Task.CompletedTask;
    }
}

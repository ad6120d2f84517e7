using MediaServer.Ingest;
using MediaServer.Server.Web;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace MediaServer.Server.Startup;

/// <summary>Says in the log where everything is, once it is there, and when the server stops.</summary>
internal sealed class Announcer(
    IServer server, RtmpEndpoint ingest, IHostApplicationLifetime lifetime, ILogger<Announcer> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        TaskScheduler.UnobservedTaskException += OnUnobservedFault;
        lifetime.ApplicationStarted.Register(Announce);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        TaskScheduler.UnobservedTaskException -= OnUnobservedFault;
        return Task.CompletedTask;
    }

    private void Announce()
    {
        lifetime.ApplicationStopping.Register(logger.Stopping);
        string address = server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        int httpPort = BindingAddress.Parse(address).Port;
        logger.Ready(ServerVersion.Text);
        if (!ConsoleEndpoints.IsBuilt)
        {
            logger.ConsoleMissing();
        }

        logger.ConsoleAt(httpPort);
        logger.PublishAt(ingest.Port);
        logger.PlayAt(ingest.Port, httpPort);
    }

    private void OnUnobservedFault(object? sender, UnobservedTaskExceptionEventArgs fault)
    {
        logger.UnobservedFault(fault.Exception);
        fault.SetObserved();
    }
}

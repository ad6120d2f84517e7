using MediaServer.Ingest;
using MediaServer.Server.Access;
using MediaServer.Server.Options;
using MediaServer.Server.Web;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace MediaServer.Server.Startup;

/// <summary>Says in the log where everything is, once it is there, and when the server stops.</summary>
internal sealed class Announcer(
    IServer server,
    RtmpEndpoint ingest,
    AccessKeys keys,
    IOptions<LogOptions> log,
    IHostApplicationLifetime lifetime,
    ILogger<Announcer> logger) : IHostedService
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
        if (ingest.TlsPort is { } tlsPort)
        {
            logger.TlsAt(tlsPort);
        }

        logger.PlayAt(ingest.Port, httpPort);
        ShowFirstKey();
    }

    // Made this late because a server that did not come up would have shown it to nobody.
    private void ShowFirstKey()
    {
        try
        {
            if (keys.MakeFirst() is { } key)
            {
                // Where the output is for machines, the other one is for people.
                FirstKeyNotice.Write(log.Value.Format == LogFormat.Json ? Console.Error : Console.Out, key, ingest.Port);
            }
        }
        catch (IOException fault)
        {
            logger.NoFirstKey(fault.Message);
        }
    }

    private void OnUnobservedFault(object? sender, UnobservedTaskExceptionEventArgs fault)
    {
        logger.UnobservedFault(fault.Exception);
        fault.SetObserved();
    }
}

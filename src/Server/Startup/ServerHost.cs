using MediaServer.Server.Logging;
using MediaServer.Server.Metrics;
using MediaServer.Server.Options;

namespace MediaServer.Server.Startup;

/// <summary>Puts the parts together, runs them, and stops them in order.</summary>
internal static class ServerHost
{
    /// <summary>Runs the server with options that were checked, until it is told to stop.</summary>
    /// <returns>0 after an orderly end, 1 when it could not start.</returns>
    public static async Task<int> RunAsync(IConfiguration configuration)
    {
        await using WebApplication app = Build(configuration);
        int httpPort = configuration.GetSection(HttpOptions.Section).Get<HttpOptions>()?.Port ?? new HttpOptions().Port;
        try
        {
            await app.StartAsync();
        }
        catch (Exception fault) when (StartupFault.Explain(fault, httpPort) is { } reason)
        {
            await app.StopAsync(); // what had started already
            return StartupFault.Report([reason]);
        }

        await app.WaitForShutdownAsync();
        return 0;
    }

    private static WebApplication Build(IConfiguration configuration)
    {
        // The empty builder takes nothing from the machine by itself: no ASPNETCORE_URLS, no settings of other folders.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddConfiguration(configuration);
        builder.Logging.AddServerLogging(configuration.GetSection(LogOptions.Section).Get<LogOptions>() ?? new LogOptions());
        builder.Services.AddServer();
        builder.WebHost.UseKestrelCore();

        WebApplication app = builder.Build();
        _ = app.Services.GetRequiredService<ServerMetrics>(); // its instruments are there once it is
        app.MapServer();
        return app;
    }
}

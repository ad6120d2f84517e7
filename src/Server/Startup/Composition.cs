using MediaServer.Hls;
using MediaServer.Hub;
using MediaServer.Ingest;
using MediaServer.Media;
using MediaServer.Playback;
using MediaServer.Server.Access;
using MediaServer.Server.Api;
using MediaServer.Server.Demo;
using MediaServer.Server.Metrics;
using MediaServer.Server.Options;
using MediaServer.Server.Reloading;
using MediaServer.Server.Streams;
using MediaServer.Server.Tls;
using MediaServer.Server.Web;
using MediaServer.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace MediaServer.Server.Startup;

/// <summary>Which parts there are, and how they meet: the one place that knows them all.</summary>
internal static class Composition
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(4); // with the rest of the way out, below the 5 s of a supervisor

    public static void AddServer(this IServiceCollection services)
    {
        // Checked already, all of them together: see OptionCheck.
        services.AddOptions<ServerOptions>().BindConfiguration(ServerOptions.Section);
        services.AddOptions<LogOptions>().BindConfiguration(LogOptions.Section);
        services.AddOptions<HttpOptions>().BindConfiguration(HttpOptions.Section);
        services.AddOptions<TlsOptions>().BindConfiguration(TlsOptions.Section);
        services.AddOptions<ApiOptions>().BindConfiguration(ApiOptions.Section);
        services.AddOptions<MetricsOptions>().BindConfiguration(MetricsOptions.Section);
        services.AddOptions<DemoOptions>().BindConfiguration(DemoOptions.Section);

        services.AddRoutingCore();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, HttpEndpoint>();
        services.Configure<HostOptions>(host =>
        {
            host.ShutdownTimeout = StopLimit;
            host.ServicesStopConcurrently = true; // streams end while responses that carry them are drained
        });

        services.AddSingleton<SlabPool>();
        services.AddHostedService<SlabTrimmer>();
        services.AddAccess(); // before any port
        services.AddStreamHub();
        services.AddTransport();
        services.AddIngest();
        services.AddPlayback();
        services.AddHls();
        services.AddSingleton<StartPlaying>(provider => provider.GetRequiredService<RtmpPlayers>().TryPlay); // Ingest meets Playback

        services.AddSingleton<StreamRates>();
        services.AddSingleton<HlsAudience>();
        services.AddHostedService(provider => provider.GetRequiredService<StreamRates>());
        services.AddSingleton<HubSnapshots>();
        services.AddSingleton<ServerMetrics>();
        services.AddSingleton<PrometheusExporter>();
        services.AddSingleton<ApiAccess>();
        services.AddHostedService<Announcer>();
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<DemoPublisher>(
            provider, () => provider.GetRequiredService<RtmpEndpoint>().Port)); // known once the port is open
    }

    public static void MapServer(this WebApplication app)
    {
        app.UseHttpFlv();
        app.UseHlsAudience();
        app.MapHls();
        app.MapProbes();
        app.MapMetrics();
        app.MapApi();
        app.MapConsole();
    }

    private static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton(provider => new AccessKeyFile(provider.GetRequiredService<IOptions<ServerOptions>>().Value.DataFolder));
        services.AddSingleton<AccessKeys>();
        services.AddSingleton<IReloadable>(provider => provider.GetRequiredService<AccessKeys>());
        services.AddSingleton<FailureLimit>();
        services.AddSingleton<IStreamAuthorizer, KeyAuthorizer>();
        services.AddSingleton<AdobeLogin>();
        services.AddSingleton<EncoderLogin>(provider => provider.GetRequiredService<AdobeLogin>().Answer);
        services.AddSingleton<ServerCertificate>();
        services.AddSingleton<IReloadable>(provider => provider.GetRequiredService<ServerCertificate>());
        services.AddSingleton<CertificateInForce>(provider => () => provider.GetRequiredService<ServerCertificate>().Current);
        services.AddHostedService<FileReloader>();
    }

    private static void AddTransport(this IServiceCollection services)
    {
        services.AddOptions<TransportOptions>().BindConfiguration("Transport");
        services.AddSingleton(provider => new TransportHost(
            provider.GetRequiredService<IOptions<TransportOptions>>().Value,
            provider.GetRequiredService<SlabPool>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<TransportHost>>()));
    }
}

using MediaServer.Hub;
using Microsoft.Extensions.DependencyInjection;

namespace MediaServer.Ingest;

/// <summary>Puts the RTMP endpoint into a host.</summary>
public static class IngestServices
{
    /// <summary>
    /// Adds the <see cref="RtmpEndpoint"/>, with <see cref="IngestOptions"/> of the section <c>Ingest</c> checked at start. The host has to
    /// have a hub, a slab pool, a transport, an <see cref="IStreamAuthorizer"/>, and somebody behind
    /// <see cref="EncoderLogin"/>, <see cref="StartPlaying"/> and <see cref="CertificateInForce"/>.
    /// </summary>
    public static IServiceCollection AddIngest(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<IngestOptions, IngestOptionsValidator>().BindConfiguration("Ingest");
        services.AddSingleton<IngestCounters>();
        services.AddSingleton<RtmpEndpoint>();
        return services.AddHostedService(provider => provider.GetRequiredService<RtmpEndpoint>());
    }
}

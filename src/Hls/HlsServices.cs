using MediaServer.Hub;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MediaServer.Hls;

/// <summary>Puts HLS into a host.</summary>
public static class HlsServices
{
    /// <summary>Adds <see cref="HlsService"/>, with <see cref="HlsOptions"/> of the section <c>Hls</c> checked at start. The hub and an <see cref="IStreamAuthorizer"/> are added elsewhere.</summary>
    public static IServiceCollection AddHls(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptionsWithValidateOnStart<HlsOptions, HlsOptionsValidator>().BindConfiguration("Hls");
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<HlsCounters>();
        services.TryAddSingleton<HlsService>();
        services.AddHostedService(provider => provider.GetRequiredService<HlsService>());
        return services;
    }

    /// <summary>
    /// Serves <c>/{app}/{stream}/index.m3u8</c> and what it points to. Takes only paths that end in <c>.m3u8</c>, <c>.m4s</c> or <c>.mp4</c>,
    /// and only those that no other endpoint matches.
    /// </summary>
    public static IEndpointConventionBuilder MapHls(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        HlsService service = endpoints.ServiceProvider.GetRequiredService<HlsService>();
        IStreamAuthorizer authorizer = endpoints.ServiceProvider.GetRequiredService<IStreamAuthorizer>();
        RoutePattern pattern = RoutePatternFactory.Parse(
            "/{**path}", defaults: null, parameterPolicies: new RouteValueDictionary { ["path"] = new HlsPathConstraint() });
        return endpoints.Map(pattern, context => HlsEndpoint.HandleAsync(context, service, authorizer)).WithDisplayName("HLS");
    }
}

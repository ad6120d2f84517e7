using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MediaServer.Hub;

/// <summary>Puts the hub into a host.</summary>
public static class HubServices
{
    /// <summary>Adds one <see cref="StreamHub"/>, with <see cref="HubOptions"/> of the section <c>Hub</c> checked at start.</summary>
    public static IServiceCollection AddStreamHub(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<HubOptions, HubOptionsValidator>().BindConfiguration("Hub");
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new StreamHub(
            provider.GetRequiredService<IOptions<HubOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<StreamHub>>()));
        return services.AddHostedService<StreamHubLifetime>();
    }
}

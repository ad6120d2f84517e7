using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace MediaServer.Playback;

/// <summary>Puts players into a host.</summary>
public static class PlaybackServices
{
    /// <summary>Adds <see cref="RtmpPlayers"/> and <see cref="FlvPlayers"/>, with <see cref="PlaybackOptions"/> of the section <c>Playback</c> checked at start.</summary>
    public static IServiceCollection AddPlayback(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<PlaybackOptions, PlaybackOptionsValidator>().BindConfiguration("Playback");
        return services.AddSingleton<RtmpPlayers>().AddSingleton<FlvPlayers>();
    }

    /// <summary>Serves <c>/{app}/{stream}.flv</c> over HTTP and WebSocket (<see cref="HttpFlvMiddleware"/>).</summary>
    public static IApplicationBuilder UseHttpFlv(this IApplicationBuilder app) => app.UseMiddleware<HttpFlvMiddleware>();
}

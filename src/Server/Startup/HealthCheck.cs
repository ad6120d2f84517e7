using MediaServer.Server.Options;

namespace MediaServer.Server.Startup;

/// <summary><c>mediaserver --healthcheck</c>: asks the server on this machine how it is, for containers that have no HTTP client.</summary>
internal static class HealthCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <returns>0 when the server answers that it is well, else 1.</returns>
    public static async Task<int> RunAsync(IConfiguration configuration)
    {
        int port = configuration.GetSection(HttpOptions.Section).Get<HttpOptions>()?.Port ?? new HttpOptions().Port;
        using var client = new HttpClient { Timeout = Limit };
        try
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/healthz"));
            return response.IsSuccessStatusCode ? 0 : StartupFault.Report([$"The server answers {(int)response.StatusCode}."]);
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return StartupFault.Report([$"The server does not answer on port {port}."]);
        }
    }
}

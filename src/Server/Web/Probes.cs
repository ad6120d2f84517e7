namespace MediaServer.Server.Web;

/// <summary><c>/healthz</c>: the process answers. <c>/readyz</c>: all ports are open, and it is not stopping.</summary>
internal static class Probes
{
    public static void MapProbes(this IEndpointRouteBuilder endpoints)
    {
        IHostApplicationLifetime lifetime = endpoints.ServiceProvider.GetRequiredService<IHostApplicationLifetime>();
        endpoints.MapGet("/healthz", (HttpContext context) => context.Response.WriteAsync("ok\n"));
        endpoints.MapGet("/readyz", (HttpContext context) =>
        {
            bool isReady = lifetime.ApplicationStarted.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested;
            context.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            return context.Response.WriteAsync(isReady ? "ready\n" : "not ready\n");
        });
    }
}

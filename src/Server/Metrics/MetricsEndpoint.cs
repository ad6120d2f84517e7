using System.Buffers;
using MediaServer.Server.Api;

namespace MediaServer.Server.Metrics;

/// <summary><c>/metrics</c> for Prometheus. Everybody may read the totals; series that name a stream are for who may use the API.</summary>
internal static class MetricsEndpoint
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static void MapMetrics(this IEndpointRouteBuilder endpoints)
    {
        PrometheusExporter exporter = endpoints.ServiceProvider.GetRequiredService<PrometheusExporter>();
        HubSnapshots hub = endpoints.ServiceProvider.GetRequiredService<HubSnapshots>();
        ApiAccess access = endpoints.ServiceProvider.GetRequiredService<ApiAccess>();
        endpoints.MapGet("/metrics", (HttpContext context) =>
        {
            var text = new ArrayBufferWriter<byte>();
            var output = new PrometheusWriter(text);
            exporter.WriteTo(output);
            HubMetrics.WriteHistograms(output, hub.Current);
            if (access.Decide(context) == StatusCodes.Status200OK)
            {
                StreamSeries.Write(output, hub.Current.Named);
            }

            context.Response.ContentType = ContentType;
            context.Response.ContentLength = text.WrittenCount;
            return context.Response.Body.WriteAsync(text.WrittenMemory, context.RequestAborted).AsTask();
        });
    }
}

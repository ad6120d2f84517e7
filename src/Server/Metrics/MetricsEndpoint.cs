using System.Globalization;
using System.Text;

namespace MediaServer.Server.Metrics;

/// <summary><c>/metrics</c> for Prometheus.</summary>
internal static class MetricsEndpoint
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static void MapMetrics(this IEndpointRouteBuilder endpoints)
    {
        PrometheusExporter exporter = endpoints.ServiceProvider.GetRequiredService<PrometheusExporter>();
        endpoints.MapGet("/metrics", (HttpContext context) =>
        {
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            exporter.WriteTo(text);
            context.Response.ContentType = ContentType;
            return context.Response.WriteAsync(text.ToString(), Encoding.UTF8);
        });
    }
}

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MediaServer.Hls;

/// <summary>Matches paths that end as those of HLS do, so that one route can take names of any number of segments.</summary>
internal sealed class HlsPathConstraint : IRouteConstraint
{
    private static readonly string[] Extensions = [".m3u8", ".m4s", ".mp4"];

    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        values[routeKey] is string path && Extensions.Any(extension => path.EndsWith(extension, StringComparison.Ordinal));
}

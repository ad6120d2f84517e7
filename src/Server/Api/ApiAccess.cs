using System.Net;
using System.Security.Cryptography;
using System.Text;
using MediaServer.Server.Options;
using Microsoft.Extensions.Options;

namespace MediaServer.Server.Api;

/// <summary>
/// Who may use the API: whoever has the token, when one is set; else this machine alone. A proxy on this machine must not turn the world
/// into this machine, and a web page that resolves to a loopback address must not either.
/// </summary>
internal sealed class ApiAccess(IOptions<ApiOptions> options)
{
    private static readonly string[] ForwardingHeaders = ["Forwarded", "X-Forwarded-For", "Via"];

    // Compared as digests: equally long whatever was sent, so that the time tells nothing.
    private readonly byte[]? _tokenDigest = options.Value.Token is { Length: > 0 } token ? DigestOf(token) : null;

    /// <summary>Decides about one request.</summary>
    /// <returns>200 when it may go on, else the status to refuse it with: 401 without the token, 403 from elsewhere.</returns>
    public int Decide(HttpContext context)
    {
        if (_tokenDigest is not null)
        {
            return HasToken(context.Request, _tokenDigest) ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized;
        }

        return IsThisMachine(context) ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden;
    }

    /// <summary>The endpoint behind this check.</summary>
    public RequestDelegate Protect(RequestDelegate endpoint) => context =>
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        int status = Decide(context);
        if (status == StatusCodes.Status200OK)
        {
            return endpoint(context);
        }

        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return ApiProblem.WriteAsync(context, status, status == StatusCodes.Status401Unauthorized
            ? "Send the token of the option Api:Token: Authorization: Bearer <token>."
            : "Without the option Api:Token the API answers this machine only, under the name localhost.");
    };

    private static bool HasToken(HttpRequest request, byte[] expected)
    {
        const string Scheme = "Bearer ";
        string header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(DigestOf(header[Scheme.Length..].Trim()), expected);
    }

    private static bool IsThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address
        && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
        && !Array.Exists(ForwardingHeaders, context.Request.Headers.ContainsKey)
        && IsLoopbackName(context.Request.Host.Host);

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    private static byte[] DigestOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

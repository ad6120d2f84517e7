using Microsoft.AspNetCore.WebUtilities;

namespace MediaServer.Server.Api;

/// <summary>Why a request was refused, as <c>application/problem+json</c> (RFC 9457).</summary>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What to do about it.</param>
internal sealed record ApiProblem(string Title, int Status, string Detail)
{
    public static Task WriteAsync(HttpContext context, int status, string detail)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new ApiProblem(ReasonPhrases.GetReasonPhrase(status), status, detail), ApiJson.Default.ApiProblem, "application/problem+json");
    }
}

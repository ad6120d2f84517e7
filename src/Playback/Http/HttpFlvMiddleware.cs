using System.Net;
using MediaServer.Hub;
using MediaServer.Media;
using Microsoft.AspNetCore.Http;

namespace MediaServer.Playback;

/// <summary>
/// Serves <c>/{app}/{stream}.flv</c>: a live stream as an endless FLV file over HTTP or, to who asks for that, over a WebSocket; as mpegts.js
/// and ffplay read it. Of several tracks of a kind the first, unless all are asked for (<c>?tracks=all</c>); HDR metadata and channel maps
/// only when they are asked for (<c>?metadata=1</c>), because mpegts.js ends at packets of that type.
/// </summary>
public sealed class HttpFlvMiddleware(RequestDelegate next, StreamHub hub, IStreamAuthorizer authorizer, FlvPlayers players)
{
    private const string Suffix = ".flv";

    /// <summary>Serves the request if it is for a stream, else passes it on.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        string path = context.Request.Path.Value ?? "";
        if (!path.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase)
            || !StreamKey.TryParse(path.AsSpan(0, path.Length - Suffix.Length), out StreamKey key, out _))
        {
            await next(context);
            return;
        }

        HttpResponse response = context.Response;
        response.Headers.AccessControlAllowOrigin = "*";
        response.Headers.CacheControl = "no-store";
        bool isWebSocket = WebSocketHandshake.IsAskedFor(context);
        if (!isWebSocket && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        }
        else if (await AuthorizeAsync(context, key) is { IsAllowed: false } refusal)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, refusal.Reason ?? "access is denied");
        }
        else if (!hub.TryGetTopic(key, out StreamTopic? topic))
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "Nobody publishes this stream.");
        }
        else if (!PlayerWishes.TryRead(name => context.Request.Query[name], out PlayerWishes wishes, out string? wrong))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, wrong);
        }
        else if (isWebSocket && WebSocketHandshake.FindFault(context, out int status) is { } fault)
        {
            await RefuseAsync(context, status, fault);
        }
        else if (HttpMethods.IsHead(context.Request.Method))
        {
            response.ContentType = FlvPlayers.ContentType;
        }
        else
        {
            await players.PlayAsync(context, topic, wishes, isWebSocket);
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync($"{reason}\n", context.RequestAborted);
    }

    private ValueTask<AccessDecision> AuthorizeAsync(HttpContext context, StreamKey key) => authorizer.AuthorizeAsync(
        new AccessRequest
        {
            Action = AccessAction.Play,
            Stream = key,
            Address = context.Connection.RemoteIpAddress ?? IPAddress.None,
            Key = context.Request.Query["key"],
        },
        context.RequestAborted);
}

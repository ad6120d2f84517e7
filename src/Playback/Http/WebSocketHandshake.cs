using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace MediaServer.Playback;

/// <summary>
/// The server's side of a WebSocket's opening: over HTTP/1.1 (RFC 6455 §4.2), and over HTTP/2, which browsers use where they have such a
/// connection already (RFC 8441). Any origin may, as any page may read the response over HTTP; no subprotocol, no extension.
/// </summary>
internal static class WebSocketHandshake
{
    private const string Version = "13";
    private const int KeyBytes = 16;
    private const string AcceptSalt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 §1.3

    /// <summary>Whether the request asks for a WebSocket, rightly or not.</summary>
    public static bool IsAskedFor(HttpContext context) =>
        IsExtendedConnect(context)
        || (HttpMethods.IsGet(context.Request.Method) && HasToken(context.Request.Headers.Upgrade, "websocket"));

    /// <summary>Why the request cannot be granted; sets the headers that explain it.</summary>
    /// <returns>The reason, <see langword="null"/> when there is none.</returns>
    public static string? FindFault(HttpContext context, out int status)
    {
        IHeaderDictionary headers = context.Request.Headers;
        status = StatusCodes.Status400BadRequest;
        if (headers.SecWebSocketVersion != Version)
        {
            status = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.SecWebSocketVersion = Version;
            if (!IsExtendedConnect(context))
            {
                context.Response.Headers.Connection = "Upgrade";
                context.Response.Headers.Upgrade = "websocket";
            }

            return "This server speaks version 13 of WebSocket (RFC 6455).";
        }

        if (IsExtendedConnect(context))
        {
            return null;
        }

        bool isUpgradable = context.Request.Protocol == "HTTP/1.1" && HasToken(headers.Connection, "Upgrade")
            && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }; // not with a body
        return isUpgradable && IsKey(headers.SecWebSocketKey)
            ? null
            : "A WebSocket is opened by HTTP/1.1 with Connection: Upgrade, a Sec-WebSocket-Key of 16 bytes and no body.";
    }

    /// <summary>Sets status and headers of the answer that grants the request.</summary>
    public static void Accept(HttpContext context)
    {
        if (IsExtendedConnect(context))
        {
            return; // 200, and nothing else
        }

        IHeaderDictionary headers = context.Response.Headers;
        context.Response.StatusCode = StatusCodes.Status101SwitchingProtocols;
        headers.Connection = "Upgrade";
        headers.Upgrade = "websocket";
        headers.SecWebSocketAccept = MakeAccept(context.Request.Headers.SecWebSocketKey.ToString());
    }

    /// <summary>Has the server send that answer.</summary>
    /// <returns>
    /// What the client and the server say from then on; <see langword="null"/> when the server has as many upgraded connections as it may,
    /// and has sent nothing: the answer is changed to say so.
    /// </returns>
    public static async ValueTask<Stream?> TryUpgradeAsync(HttpContext context)
    {
        if (IsExtendedConnect(context))
        {
            return await context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync();
        }

        try
        {
            return await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        }
        catch (InvalidOperationException) when (!context.Response.HasStarted) // it was upgradable: what is left is the limit
        {
            IHeaderDictionary headers = context.Response.Headers;
            headers.Remove(HeaderNames.Connection);
            headers.Remove(HeaderNames.Upgrade);
            headers.Remove(HeaderNames.SecWebSocketAccept);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return null;
        }
    }

    private static bool IsExtendedConnect(HttpContext context) =>
        context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" };

    private static bool HasToken(StringValues header, string token)
    {
        foreach (string? value in header)
        {
            foreach (Range part in value.AsSpan().Split(','))
            {
                if (value.AsSpan(part).Trim().Equals(token, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool IsKey(StringValues header)
    {
        Span<byte> key = stackalloc byte[KeyBytes + 2];
        return header is [{ Length: 24 } text] && Convert.TryFromBase64String(text, key, out int length) && length == KeyBytes;
    }

    private static string MakeAccept(string key)
    {
#pragma warning disable CA5350 // RFC 6455 asks for SHA-1, to show that the peer speaks WebSocket: it guards nothing.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSalt)));
#pragma warning restore CA5350
    }
}
